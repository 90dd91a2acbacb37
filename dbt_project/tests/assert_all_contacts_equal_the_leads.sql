-- What changes from one day to the next is the leads of the day less the persons deleted on it.
with daily as (
    select
        report_date,
        sum(all_contacts) as all_contacts
    from {{ ref('rpt_engagement_daily') }}
    group by report_date
),

changes as (
    select
        report_date,
        all_contacts - coalesce(lag(all_contacts) over (order by report_date), 0) as all_contacts
    from daily
),

ledger as (
    select
        report_date,
        1 as all_contacts
    from {{ ref('rpt_acquisition') }}

    union all

    select
        case when deleted_date < report_date then report_date else deleted_date end as report_date,
        -1 as all_contacts
    from {{ ref('rpt_acquisition') }}
    where deleted_date is not null
)

{{ disagreements('ledger', 'changes', ['report_date'], ['all_contacts']) }}
