{{ config(pre_hook="{{ with_memory() }}") }}

with orders as (
    select * from {{ ref('fct_orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- A rebill follows the touches of its subscription's first order, which may have been a trial's, of amount zero.
priced as (
    select
        orders.*,
        coalesce(first_orders.ordered_at, orders.ordered_at) as path_at
    from orders
    left join orders as first_orders
        on
            orders.connection = first_orders.connection
            and orders.subscription_first_order_id = first_orders.order_id
    where not orders.is_duplicate and (not orders.is_zero_amount or orders.net_revenue_minor <> 0)
)

select
    priced.connection,
    priced.order_id,
    priced.person_id,
    priced.ordered_at,
    {{ local_date('priced.ordered_at', report_timezone()) }} as order_date,
    priced.path_at,
    priced.currency,
    priced.policy_revenue_minor as revenue_minor,
    priced.net_revenue_minor,
    priced.report_currency,
    currencies.exponent as report_exponent,
    {{ minor_units('priced.policy_revenue', 'currencies.exponent') }} as report_revenue_minor,
    {{ minor_units('priced.net_revenue', 'currencies.exponent') }} as report_net_revenue_minor,
    priced.customer_order_number is not null and priced.customer_order_number = 1 as is_first_paid,
    row_number() over (order by priced.connection, priced.order_id) as order_number
from priced
left join currencies on priced.report_currency = currencies.currency
