{{ config(materialized='view') }}

with page_views as (
    select * from {{ ref('stg_web_events__page_views') }}
),

persons as (
    select * from {{ ref('int_page_view_persons') }}
)

select
    page_views.connection,
    page_views.page_view_id,
    page_views.anonymous_id,
    page_views.user_id,
    page_views.email_normalized,
    persons.person_id,
    persons.unidentified_reason,
    page_views.url,
    page_views.host,
    page_views.path,
    page_views.title,
    page_views.referrer,
    page_views.referrer_host,
    page_views.is_own_referrer,
    page_views.utm_source,
    page_views.utm_medium,
    page_views.utm_campaign,
    page_views.utm_content,
    page_views.utm_term,
    page_views.utm_id,
    page_views.ad_parameter,
    page_views.campaign_parameter,
    page_views.click_id,
    page_views.click_id_kind,
    page_views.viewed_at,
    page_views.received_at,
    page_views.origin_id,
    persons.made_from
from page_views
inner join persons
    on page_views.connection = persons.connection and page_views.page_view_id = persons.page_view_id
