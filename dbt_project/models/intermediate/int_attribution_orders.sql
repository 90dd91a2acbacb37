{{ config(pre_hook="{{ with_memory() }}") }}

with orders as (
    select * from {{ ref('fct_orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

subscription_starts as (
    select
        connection,
        stripe_subscription_id,
        min(ordered_at) as started_at
    from orders
    where stripe_subscription_id is not null
    group by connection, stripe_subscription_id
),

-- An excluded status has no revenue; an order of another currency has no rate yet.
priced as (
    select
        orders.*,
        case
            when orders.order_status in ('{{ excluded_order_statuses() | join("', '") }}') then 0
            else orders.revenue_minor
        end as policy_revenue_minor,
        case when orders.currency = '{{ report_currency() }}' then 1 end as rate
    from orders
    where not orders.is_zero_amount or orders.net_revenue_minor <> 0
)

select
    priced.connection,
    priced.order_id,
    priced.person_id,
    priced.ordered_at,
    {{ local_date('priced.ordered_at', report_timezone()) }} as order_date,
    -- A rebill follows the touches of its subscription's first order.
    coalesce(subscription_starts.started_at, priced.ordered_at) as path_at,
    priced.currency,
    priced.policy_revenue_minor as revenue_minor,
    priced.net_revenue_minor,
    '{{ report_currency() }}' as report_currency,
    currencies.exponent as report_exponent,
    cast(priced.policy_revenue_minor * priced.rate as bigint) as report_revenue_minor,
    cast(priced.net_revenue_minor * priced.rate as bigint) as report_net_revenue_minor,
    priced.customer_order_number is not null and priced.customer_order_number = 1 as is_first_paid,
    row_number() over (order by priced.connection, priced.order_id) as order_number
from priced
left join subscription_starts
    on
        priced.connection = subscription_starts.connection
        and priced.stripe_subscription_id = subscription_starts.stripe_subscription_id
left join currencies on currencies.currency = '{{ report_currency() }}'
