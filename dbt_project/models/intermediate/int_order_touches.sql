{{ config(materialized='view') }}

with paths as (
    select * from {{ ref('int_attribution_paths') }}
    where replaced_in is null
)

select
    connection,
    order_id,
    person_id,
    touchpoint_id,
    channel,
    touched_at,
    touch_number,
    touches,
    ordered_at,
    path_at
from paths
where touchpoint_id is not null
