{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_changed(
            this,
            'select connection, page_view_id, made_from from ' ~ ref('int_page_view_persons'),
            ['connection', 'page_view_id']
        ) }}"
    ]
) }}

with page_views as (
    select * from {{ ref('int_page_views') }}
    where {{ is_changed(['connection', 'page_view_id']) }}
)

select
    connection,
    page_view_id,
    anonymous_id,
    {{ pii_id('user_id') }} as user_id,
    {{ pii('email_normalized') }} as email_normalized,
    person_id,
    unidentified_reason,
    {{ pii_in_text('url') }} as url,
    host,
    {{ pii_in_text('path') }} as path,
    {{ pii_in_text('title') }} as title,
    {{ pii_in_text('referrer') }} as referrer,
    referrer_host,
    {{ pii_in_text('utm_source') }} as utm_source,
    {{ pii_in_text('utm_medium') }} as utm_medium,
    {{ pii_in_text('utm_campaign') }} as utm_campaign,
    {{ pii_in_text('utm_content') }} as utm_content,
    {{ pii_in_text('utm_term') }} as utm_term,
    click_id,
    click_id_kind,
    viewed_at,
    received_at,
    made_from
from page_views
