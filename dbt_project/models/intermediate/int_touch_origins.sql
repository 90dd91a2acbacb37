{{ config(pre_hook="{{ with_memory() }}") }}

with touch_events as (
    select * from {{ ref('int_touch_events') }}
)

select distinct
    origin_id,
    {{ origin_columns() | join(', ') }}
from touch_events
