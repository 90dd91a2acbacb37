{{ config(pre_hook="{{ with_memory() }}") }}

with page_views as (
    select
        connection,
        page_view_id,
        anonymous_id,
        user_id,
        email_normalized,
        viewed_at,
        origin_id,
        row_version
    from {{ ref('stg_web_events__page_views') }}
),

website_emails as (
    select * from {{ ref('int_website_emails') }}
),

website_users as (
    select * from {{ ref('int_website_users') }}
),

browser_persons as (
    select * from {{ ref('int_browser_persons') }}
),

shared_browsers as (
    select * from {{ ref('int_shared_browsers') }}
),

browsers_with_email as (
    select distinct
        connection,
        anonymous_id
    from {{ ref('int_browser_events') }}
    where anonymous_id is not null and email_normalized is not null
),

-- A view that says itself whose it is outranks what is known of its browser; nobody's browser outranks both.
recognised as (
    select
        page_views.*,
        shared_browsers.anonymous_id is not null as is_shared_browser,
        page_views.email_normalized is not null or browsers_with_email.anonymous_id is not null as has_email,
        coalesce(website_emails.person_id, website_users.person_id) as own_person_id,
        browser_persons.person_id as browser_person_id
    from page_views
    left join website_emails
        on
            page_views.email_normalized = website_emails.email_normalized
            and (website_emails.deleted_at is null or page_views.viewed_at < website_emails.deleted_at)
    left join website_users
        on
            page_views.connection = website_users.connection
            and page_views.user_id = website_users.user_id
            and (website_users.deleted_at is null or page_views.viewed_at < website_users.deleted_at)
    left join browser_persons
        on
            page_views.connection = browser_persons.connection
            and page_views.anonymous_id = browser_persons.anonymous_id
            and (browser_persons.began_at is null or page_views.viewed_at >= browser_persons.began_at)
            and (browser_persons.ended_at is null or page_views.viewed_at < browser_persons.ended_at)
    left join shared_browsers
        on
            page_views.connection = shared_browsers.connection
            and page_views.anonymous_id = shared_browsers.anonymous_id
    left join browsers_with_email
        on
            page_views.connection = browsers_with_email.connection
            and page_views.anonymous_id = browsers_with_email.anonymous_id
),

decided as (
    select
        connection,
        page_view_id,
        case when not is_shared_browser then coalesce(own_person_id, browser_person_id) end as person_id,
        case
            when is_shared_browser then 'shared_browser'
            when coalesce(own_person_id, browser_person_id) is not null then null
            when has_email then 'no_contact_with_email'
            else 'not_identified'
        end as unidentified_reason,
        viewed_at,
        origin_id,
        row_version
    from recognised
)

select
    connection,
    page_view_id,
    person_id,
    unidentified_reason,
    viewed_at,
    origin_id,
    {{ row_hash(['row_version', 'person_id', 'unidentified_reason']) }} as made_from
from decided
