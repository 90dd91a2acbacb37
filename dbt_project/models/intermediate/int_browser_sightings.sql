with browser_events as (
    select * from {{ ref('int_browser_events') }}
),

website_emails as (
    select * from {{ ref('int_website_emails') }}
),

website_users as (
    select * from {{ ref('int_website_users') }}
),

recognised as (
    select
        browser_events.connection,
        browser_events.anonymous_id,
        coalesce(website_emails.person_id, website_users.person_id) as person_id,
        browser_events.seen_at
    from browser_events
    left join website_emails
        on
            browser_events.email_normalized = website_emails.email_normalized
            and (website_emails.deleted_at is null or browser_events.seen_at < website_emails.deleted_at)
    left join website_users
        on
            browser_events.connection = website_users.connection
            and browser_events.user_id = website_users.user_id
            and (website_users.deleted_at is null or browser_events.seen_at < website_users.deleted_at)
    where browser_events.anonymous_id is not null
)

select distinct
    connection,
    anonymous_id,
    person_id,
    seen_at
from recognised
where person_id is not null
