{{ config(severity='warn') }}
-- Days of spend are the account's own: they begin at another hour than the reports', or in an unknown zone.
with days as (
    select distinct
        connection,
        account_id,
        time_zone,
        spend_date
    from {{ ref('fct_ad_spend') }}
    where time_zone is not null
),

beginnings as (
    select
        connection,
        account_id,
        time_zone,
        {{ day_start('spend_date', 'time_zone') }} as begins_at,
        {{ day_start('spend_date', "'" ~ report_timezone() ~ "'") }} as report_day_begins_at
    from days
)

select distinct
    connection,
    account_id,
    time_zone
from beginnings
where begins_at is distinct from report_day_begins_at
