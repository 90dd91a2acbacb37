-- How far the data reaches: the last sync, else the last thing any of it tells.
with synced as (
    select max(synced_at) as synced_at from {{ ref('stg_ingest__connections') }}
),

told as (
    select max(told_at) as told_at
    from (
        select max(ordered_at) as told_at from {{ ref('fct_orders') }}
        union all
        select max(touched_at) as told_at from {{ ref('fct_touchpoints') }}
        union all
        select max(added_at) as told_at from {{ ref('fct_tag_events') }}
        union all
        select max(lead_created_at) as told_at from {{ ref('dim_persons') }}
    ) as moments
)

select
    coalesce(synced.synced_at, told.told_at) as as_of,
    {{ local_date('coalesce(synced.synced_at, told.told_at)', report_timezone()) }} as as_of_date
from synced
cross join told
