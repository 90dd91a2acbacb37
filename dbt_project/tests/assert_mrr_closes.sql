-- Per connection and currency every day closes at what it opened with and what moved, and opens at what the
-- day before closed with; in the report currency too; the last day is what the ledger says.
with days as (
    select
        daily.*,
        lag(daily.mrr_minor, 1, cast(0 as bigint)) over its_days as closed_before_minor,
        lag(daily.mrr) over its_days as closed_before,
        lag(daily.report_date) over its_days as day_before,
        row_number() over (
            partition by daily.connection, daily.currency
            order by daily.report_date desc
        ) as days_from_last
    from {{ ref('rpt_subscriptions_daily') }} as daily
    window its_days as (partition by daily.connection, daily.currency order by daily.report_date)
),

ledger as (
    select
        connection,
        currency,
        sum(mrr_minor) as mrr_minor,
        sum(billed_mrr_minor) as billed_mrr_minor,
        sum(paused_mrr_minor) as paused_mrr_minor
    from {{ ref('rpt_subscriptions') }}
    group by connection, currency
)

select
    days.report_date,
    days.connection,
    days.currency,
    days.opening_mrr_minor,
    days.closed_before_minor,
    days.mrr_minor
from days
left join ledger on days.connection = ledger.connection and days.currency = ledger.currency
where
    days.mrr_minor <> days.opening_mrr_minor + days.new_mrr_minor + days.reactivation_mrr_minor
    + days.expansion_mrr_minor - days.contraction_mrr_minor - days.churn_mrr_minor
    + days.transferred_mrr_minor
    or days.opening_mrr_minor <> days.closed_before_minor
    or days.mrr <> days.opening_mrr + days.new_mrr + days.reactivation_mrr + days.expansion_mrr
    - days.contraction_mrr - days.churn_mrr + days.transferred_mrr + days.fx_mrr
    or days.opening_mrr <> days.closed_before
    or days.day_before <> {{ day_plus('days.report_date', -1) }}
    or (days.days_from_last = 1 and days.mrr_minor <> ledger.mrr_minor)
