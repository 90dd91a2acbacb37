with connections as (
    select * from {{ ref('stg_ingest__connections') }}
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
)

-- A connection whose first sync has not ended yet leaves everything open.
select
    feeds.report,
    count(connections.connection) as connections,
    max(connections.synced_at) as newest_synced_at,
    case
        when count(connections.connection) = count(connections.synced_at) then min(connections.synced_at)
    end as oldest_synced_at
from feeds
left join connections on feeds.connector = connections.connector
group by feeds.report
