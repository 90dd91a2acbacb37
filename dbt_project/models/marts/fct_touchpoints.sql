{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=["{{ with_memory() }}", "{{ delete_changed(this, touches_by_key(), ['touchpoint_id']) }}"]
) }}

with touch_events as (
    select * from {{ ref('int_touch_events') }}
    where {{ is_changed(['touchpoint_id']) }}
),

labels as (
    select * from {{ ref('int_touch_origin_labels') }}
)

select
    touch_events.touchpoint_id,
    touch_events.person_id,
    labels.touch_type,
    touch_events.touched_at,
    touch_events.connector,
    touch_events.connection,
    touch_events.source_row_id,
    labels.channel,
    labels.source,
    labels.medium,
    labels.campaign,
    labels.content,
    labels.term,
    labels.referrer_host,
    {{ pii_in_text('touch_events.url') }} as url,
    touch_events.click_id,
    labels.click_id_kind,
    labels.ad_connection,
    labels.ad_id,
    labels.campaign_id,
    labels.label_id,
    {{ touch_made_from('touch_events', 'labels') }} as made_from
from touch_events
inner join labels on touch_events.origin_id = labels.origin_id
