-- A report's days are all there only up to the day of the oldest last sync among those that feed it.
with syncs as (
    select * from {{ ref('int_report_syncs') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

clock as (
    select * from {{ ref('int_subscription_clock') }}
),

-- What no sync brought reaches as far as it tells.
dated as (
    select
        syncs.report,
        coalesce(syncs.newest_synced_at, as_of.as_of) as reaches_at,
        case when syncs.connections = 0 then as_of.as_of else syncs.oldest_synced_at end as complete_until_at
    from syncs
    cross join as_of
)

select
    dated.report,
    case
        when dated.report = 'subscriptions' then clock.as_of_date
        else {{ local_date('dated.reaches_at', report_timezone()) }}
    end as reaches_date,
    {{ local_date('dated.complete_until_at', report_timezone()) }} as complete_until_date
from dated
cross join clock
