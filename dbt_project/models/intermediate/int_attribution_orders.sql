{{ config(
    pre_hook="{{ with_memory() }}",
    indexes=[{'columns': ['connection', 'order_id'], 'unique': true}]
) }}

with orders as (
    select * from {{ ref('fct_orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- An order of no revenue still has a path where money came of it.
counted as (
    select * from orders
    where not is_duplicate and (not is_zero_amount or net_revenue_minor <> 0)
)

select
    counted.connection,
    counted.order_id,
    counted.person_id,
    counted.ordered_at,
    {{ local_date('counted.ordered_at', report_timezone()) }} as order_date,
    -- A rebill follows the touches of its subscription's first order.
    coalesce(first_orders.ordered_at, counted.ordered_at) as path_at,
    counted.currency,
    counted.policy_revenue_minor as revenue_minor,
    counted.net_revenue_minor,
    '{{ report_currency() }}' as report_currency,
    currencies.exponent as report_exponent,
    {{ minor_units('counted.policy_revenue', 'currencies.exponent') }} as report_revenue_minor,
    {{ minor_units('counted.net_revenue', 'currencies.exponent') }} as report_net_revenue_minor,
    coalesce(counted.customer_order_number = 1, false) as is_first_paid
from counted
left join orders as first_orders
    on
        counted.connection = first_orders.connection
        and counted.subscription_first_order_id = first_orders.order_id
left join currencies on currencies.currency = '{{ report_currency() }}'
