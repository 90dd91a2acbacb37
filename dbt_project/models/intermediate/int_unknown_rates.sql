with orders as (
    select * from {{ ref('int_order_rates') }}
    where report_rate is null
),

ad_spend as (
    select * from {{ ref('int_ad_spend_days') }}
    where spend is null and spend_micros <> 0
),

mrr_days as (
    select * from {{ ref('rpt_subscriptions_daily') }}
    where
        report_rate is null
        and (opening_mrr_minor <> 0 or mrr_minor <> 0 or billed_mrr_minor <> 0 or paused_mrr_minor <> 0)
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
