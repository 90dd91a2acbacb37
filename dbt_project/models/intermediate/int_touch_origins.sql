{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=["{{ with_memory() }}", "{{ delete_vanished(this, ref('int_touch_versions'), ['origin_id']) }}"]
) }}

-- What an origin says is its key: those known stay as they are.
with touch_events as (
    select * from {{ ref('int_touch_events') }}
    {% if is_incremental() %}
    where
        origin_id in (
            select versions.origin_id
            from {{ ref('int_touch_versions') }} as versions
            where
                not exists (
                    select 1 from {{ this }} as built
                    where built.origin_id = versions.origin_id
                )
        )
    {% endif %}
)

select distinct
    origin_id,
    {{ origin_columns() | join(', ') }}
from touch_events
