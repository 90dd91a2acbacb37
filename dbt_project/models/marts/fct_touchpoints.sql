{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='touchpoint_id',
    on_schema_change='fail',
    pre_hook=["{{ with_memory() }}", "{{ delete_vanished(this, ref('int_touch_events'), ['touchpoint_id']) }}"]
) }}

with touch_events as (
    select * from {{ ref('int_touch_events') }}
),

labels as (
    select * from {{ ref('int_touch_origin_labels') }}
),

touches as (
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
        {{ row_hash([
            'touch_events.person_id', 'touch_events.touched_at', 'touch_events.url', 'touch_events.click_id',
            'touch_events.origin_id', 'touch_events.connector', 'labels.touch_type', 'labels.label_id', 'labels.content',
            'labels.term', 'labels.referrer_host', 'labels.click_id_kind'
        ]) }} as made_from
    from touch_events
    inner join labels on touch_events.origin_id = labels.origin_id
)

select * from touches
{% if is_incremental() %}
where
    not exists (
        select 1 from {{ this }} as built
        where built.touchpoint_id = touches.touchpoint_id and built.made_from = touches.made_from
    )
{% endif %}
