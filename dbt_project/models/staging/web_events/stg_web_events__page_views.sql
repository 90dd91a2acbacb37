{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_overwritten(this, source('web_events', 'pages'), 'page_view_id') }}"
    ]
) }}

{% set utm_parts = ['source', 'medium', 'campaign', 'content', 'term'] %}
{# All that channel_rules knows, in its order: what stands on ads only before what is on any link. #}
{% set click_ids = [
    'gclid', 'gbraid', 'wbraid', 'dclid', 'msclkid', 'ttclid', 'li_fat_id', 'twclid', 'rdt_cid', 'epik', 'fbclid',
    'igshid'
] %}
{% set ad_parameters = ['ad_id', 'hsa_ad'] %}
{% set campaign_parameters = ['gad_campaignid', 'campaign_id', 'campaignid', 'hsa_cam'] %}
{% set as_they_stand = click_ids + ad_parameters + campaign_parameters + ['utm_id'] %}
{% set url_names = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'] + as_they_stand %}

with documents as (
    {{ raw_documents('web_events', 'pages', unless_built='page_view_id') }}
),

messages as (
    select
        connection,
        id as page_view_id,
        row_version,
        {{ message_anonymous_id('data') }} as anonymous_id,
        {{ message_user_id('data') }} as user_id,
        {{ message_email('data') }} as email,
        {{ message_url('data') }} as url,
        {{ first_text('data', [
            'properties.title', 'context.page.title', 'title', 'context_page_title', 'page_title'
        ]) }} as title,
        {{ first_text('data', [
            'properties.referrer', 'context.page.referrer', 'referrer', 'context_page_referrer', 'referer'
        ]) }} as referrer,
        {% for part in utm_parts -%}
        {{ message_said_utm('data', part) }} as said_utm_{{ part }},
        {% endfor -%}
        {{ message_time_text('data') }} as viewed_text,
        {{ message_received_text('data') }} as received_text
    from documents
    where not is_deleted
    {{ computed_once() }}
),

queried as (
    select
        messages.*,
        {{ url_query('url') }} as query
    from messages
    {{ computed_once() }}
),

-- As they stand in the address, encoded.
encoded as (
    select
        queried.*,
        {% for name in url_names -%}
        {{ rare_query_parameter('query', name) }} as url_{{ name }},
        {% endfor -%}
        {{ url_host('url') }} as host
    from queried
    {{ computed_once() }}
),

tagged as (
    select
        encoded.*,
        {% for part in utm_parts -%}
        coalesce(said_utm_{{ part }}, {{ url_decoded('url_utm_' ~ part) }}) as utm_{{ part }},
        {% endfor -%}
        {% for name in as_they_stand -%}
        {{ url_decoded('url_' ~ name) }} as {{ name }},
        {% endfor -%}
        {{ url_host('referrer') }} as referrer_host
    from encoded
    {{ computed_once() }}
),

read as (
    select
        connection,
        page_view_id,
        anonymous_id,
        user_id,
        {{ email_normal_form('email') }} as email_normalized,
        url,
        host,
        {{ url_path('url') }} as path,
        title,
        referrer,
        referrer_host,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        coalesce({{ click_ids | join(', ') }}) as click_id,
        case
            {%- for name in click_ids %}
            when {{ name }} is not null then '{{ name }}'
            {%- endfor %}
        end as click_id_kind,
        coalesce(
            {{ registrable_domain('referrer_host') }} = {{ registrable_domain('host') }}, false
        ) as is_own_referrer,
        coalesce({{ ad_parameters | join(', ') }}) as ad_parameter,
        coalesce({{ campaign_parameters | join(', ') }}) as campaign_parameter,
        utm_id,
        {{ utc_moment('viewed_text') }} as viewed_at,
        {{ utc_moment('received_text') }} as received_at,
        row_version
    from tagged
)

select
    read.*,
    {{ row_hash(view_origin_columns()) }} as origin_id
from read
