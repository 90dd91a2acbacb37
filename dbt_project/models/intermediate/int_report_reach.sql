-- A report's days are all there only up to the day of the oldest last sync among those that feed it.
with connections as (
    select * from {{ ref('stg_ingest__connections') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

clock as (
    select * from {{ ref('int_subscription_clock') }}
),

feeds as (
    {%- for report, connectors in report_feeds().items() %}
    {%- set last_report = loop.last %}
    {%- for connector in connectors %}
    select
        '{{ report }}' as report,
        '{{ connector }}' as connector
    {{ "union all" if not (last_report and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

-- A connection whose first sync has not ended yet leaves everything open.
synced as (
    select
        feeds.report,
        count(connections.connection) as connections,
        max(connections.synced_at) as newest_at,
        case
            when count(connections.connection) = count(connections.synced_at) then min(connections.synced_at)
        end as oldest_at
    from feeds
    left join connections on feeds.connector = connections.connector
    group by feeds.report
),

-- What no sync brought reaches as far as it tells.
dated as (
    select
        synced.report,
        coalesce(synced.newest_at, as_of.as_of) as reaches_at,
        case when synced.connections = 0 then as_of.as_of else synced.oldest_at end as complete_until_at
    from synced
    cross join as_of
)

select
    dated.report,
    case
        when dated.report = 'subscriptions' then clock.as_of_date
        else {{ local_date('dated.reaches_at', report_timezone()) }}
    end as reaches_date,
    {{ local_date('dated.complete_until_at', report_timezone()) }} as complete_until_date,
    dated.complete_until_at
from dated
cross join clock
