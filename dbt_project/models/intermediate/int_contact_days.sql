with persons as (
    select
        {{ local_date('lead_created_at', report_timezone()) }} as created_date,
        {{ local_date('deleted_at', report_timezone()) }} as deleted_date
    from {{ ref('dim_persons') }}
    where lead_created_at is not null
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

-- A view may be of a later day than the last sync began on: read after midnight, or told by a fast clock.
last_view as (
    select {{ local_date('max(touched_at)', report_timezone()) }} as last_date
    from {{ ref('fct_touchpoints') }}
    where touch_type in ('page_view', 'ad_click')
),

changes as (
    select
        created_date as report_date,
        1 as change
    from persons

    union all

    select
        greatest(deleted_date, created_date) as report_date,
        -1 as change
    from persons
    where deleted_date is not null
),

span as (
    select
        min(changes.report_date) as first_date,
        greatest(max(changes.report_date), max(as_of.as_of_date), max(last_view.last_date)) as last_date
    from changes
    cross join as_of
    cross join last_view
),

days as (
    {{ every_day('span', 'first_date', 'last_date') }}
),

changes_of_day as (
    select
        report_date,
        sum(change) as change
    from changes
    group by report_date
)

select
    days.report_date,
    cast(sum(coalesce(changes_of_day.change, 0)) over (order by days.report_date) as bigint) as all_contacts
from days
left join changes_of_day on days.report_date = changes_of_day.report_date
