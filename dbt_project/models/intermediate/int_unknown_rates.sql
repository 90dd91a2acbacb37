with all_orders as (
    select * from {{ ref('int_order_rates') }}
),

orders as (
    select * from all_orders
    where report_rate is null
),

last_order as (
    select max(order_date) as order_date from all_orders
),

ad_spend as (
    select * from {{ ref('int_ad_spend_days') }}
    where spend is null and spend_micros <> 0
),

-- MRR runs on to the last sync; where the business stands still, nobody writes rates any more.
mrr_days as (
    select daily.*
    from {{ ref('rpt_subscriptions_daily') }} as daily
    cross join last_order
    where
        daily.report_rate is null
        and (last_order.order_date is null or daily.report_date <= last_order.order_date)
        and (
            daily.opening_mrr_minor <> 0
            or daily.mrr_minor <> 0
            or daily.billed_mrr_minor <> 0
            or daily.paused_mrr_minor <> 0
        )
)

select
    'orders' as counted_in,
    currency,
    order_date as rate_date,
    count(*) as amounts
from orders
group by currency, order_date

union all

select
    'ad spend' as counted_in,
    currency,
    spend_date as rate_date,
    count(*) as amounts
from ad_spend
group by currency, spend_date

union all

select
    'MRR' as counted_in,
    currency,
    report_date as rate_date,
    count(*) as amounts
from mrr_days
group by currency, report_date
