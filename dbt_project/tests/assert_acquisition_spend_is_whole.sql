-- The rows of a day sum to what the ad platforms say, each amount at its rate of the day.
with rates as (
    select * from {{ ref('int_report_rates') }}
),

converted as (
    select
        spend.spend_date,
        spend.spend_micros
        * case when spend.currency = '{{ report_currency() }}' then 1 else rates.rate end as micros
    from {{ ref('fct_ad_spend') }} as spend
    left join rates on spend.currency = rates.currency and spend.spend_date = rates.rate_date
),

platforms as (
    select
        spend_date as report_date,
        count(*) as ad_days,
        {{ known_sum('micros') }} / 1000000 as ad_spend
    from converted
    group by spend_date
),

reported as (
    select
        report_date,
        {{ known_sum('ad_spend') }} as ad_spend
    from {{ ref('rpt_acquisition_daily') }}
    group by report_date
)

-- Rows are rounded to a millionth each.
select
    platforms.report_date,
    platforms.ad_spend,
    reported.ad_spend as reported_ad_spend
from platforms
left join reported on platforms.report_date = reported.report_date
where
    reported.report_date is null
    or (platforms.ad_spend is null) <> (reported.ad_spend is null)
    or abs(platforms.ad_spend - reported.ad_spend) > 0.000001 * platforms.ad_days
