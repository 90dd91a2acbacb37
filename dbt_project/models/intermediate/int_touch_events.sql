{{ config(materialized='view') }}

{# The sources HubSpot tells; what their two details hold depends on them. Any other word is a UTM source. #}
{% set crm_codes = "'" ~ [
    'PAID_SEARCH', 'PAID_SOCIAL', 'SOCIAL_MEDIA', 'REFERRALS', 'AI_REFERRALS', 'ORGANIC_SEARCH', 'EMAIL_MARKETING',
    'OTHER_CAMPAIGNS', 'DIRECT_TRAFFIC',
] | join("', '") ~ "'" %}
{% set crm_words = [
    'original_source', 'original_source_detail_1', 'original_source_detail_2', 'original_medium', 'original_term'
] %}
{% set no_text = 'cast(null as ' ~ text_type() ~ ')' %}

with page_views as (
    select * from {{ ref('int_page_views') }}
    where person_id is not null
),

contacts as (
    select
        connector,
        connection,
        contact_id,
        {% for word in crm_words -%}
        nullif(trim({{ word }}), '') as {{ word }},
        {% endfor -%}
        created_at
    from {{ ref('int_contacts') }}
),

-- The components also know contacts that only a merge names: what they did stays the person's.
persons as (
    select * from {{ ref('int_contact_components') }}
),

tag_events as (
    select * from {{ ref('fct_tag_events') }}
    where person_id is not null
),

views as (
    select
        'page_view:' || connection || ':' || page_view_id as touchpoint_id,
        person_id,
        'page_view' as event_kind,
        viewed_at as touched_at,
        'web_events' as connector,
        connection,
        page_view_id as source_row_id,
        nullif(trim(utm_source), '') as utm_source,
        nullif(trim(utm_medium), '') as utm_medium,
        nullif(trim(utm_campaign), '') as utm_campaign,
        nullif(trim(utm_content), '') as utm_content,
        nullif(trim(utm_term), '') as utm_term,
        referrer_host,
        is_own_referrer,
        url,
        click_id,
        click_id_kind,
        {{ no_text }} as original_source,
        ad_parameter,
        campaign_parameter,
        utm_id,
        origin_id,
        made_from
    from page_views
),

-- A contact whose CRM knows where it came from: imported ones (OFFLINE) and those without a word are none.
known_origins as (
    select
        contacts.*,
        persons.person_id
    from contacts
    inner join persons
        on contacts.connection = persons.connection and contacts.contact_id = persons.contact_id
    where
        contacts.original_source <> 'OFFLINE'
        and (
            contacts.original_source <> 'DIRECT_TRAFFIC'
            or coalesce(contacts.original_source_detail_1, contacts.original_source_detail_2) is not null
        )
),

opt_ins as (
    select
        'opt_in:' || connection || ':' || contact_id as touchpoint_id,
        person_id,
        'opt_in' as event_kind,
        created_at as touched_at,
        connector,
        connection,
        contact_id as source_row_id,
        case
            when original_source in ('PAID_SOCIAL', 'SOCIAL_MEDIA', 'REFERRALS', 'AI_REFERRALS')
                then lower(original_source_detail_1)
            when original_source = 'ORGANIC_SEARCH' then lower(original_source_detail_2)
            when original_source not in ({{ crm_codes }}) then original_source
        end as utm_source,
        original_medium as utm_medium,
        case
            when original_source in ('PAID_SOCIAL', 'SOCIAL_MEDIA') then original_source_detail_2
            when
                original_source in ('PAID_SEARCH', 'EMAIL_MARKETING', 'OTHER_CAMPAIGNS')
                or original_source not in ({{ crm_codes }})
                then original_source_detail_1
        end as utm_campaign,
        case when original_source not in ({{ crm_codes }}) then original_source_detail_2 end as utm_content,
        case when original_source = 'PAID_SEARCH' then original_source_detail_2 else original_term end
            as utm_term,
        {{ no_text }} as referrer_host,
        false as is_own_referrer,
        case when original_source = 'DIRECT_TRAFFIC' then original_source_detail_1 end as url,
        {{ no_text }} as click_id,
        {{ no_text }} as click_id_kind,
        original_source,
        {{ no_text }} as ad_parameter,
        {{ no_text }} as campaign_parameter,
        {{ no_text }} as utm_id
    from known_origins
),

tags as (
    select
        'tag:' || connection || ':' || tag_event_id as touchpoint_id,
        person_id,
        'tag' as event_kind,
        added_at as touched_at,
        connector,
        connection,
        tag_event_id as source_row_id,
        connector as utm_source,
        tag_kind as utm_medium,
        tag_name as utm_campaign,
        {{ no_text }} as utm_content,
        {{ no_text }} as utm_term,
        {{ no_text }} as referrer_host,
        false as is_own_referrer,
        {{ no_text }} as url,
        {{ no_text }} as click_id,
        {{ no_text }} as click_id_kind,
        {{ no_text }} as original_source,
        {{ no_text }} as ad_parameter,
        {{ no_text }} as campaign_parameter,
        {{ no_text }} as utm_id
    from tag_events
),

from_contacts as (
    select * from opt_ins

    union all

    select * from tags
),

told as (
    select
        from_contacts.*,
        {{ row_hash(origin_columns()) }} as origin_id
    from from_contacts
),

all_events as (
    select * from views

    union all

    select
        told.*,
        {{ row_hash([
            'person_id', 'touched_at', 'connector', 'connection', 'source_row_id', 'url', 'click_id', 'origin_id'
        ]) }} as made_from
    from told
)

-- What has no time has no place in a path.
select * from all_events
where touched_at is not null
