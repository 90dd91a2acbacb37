with browser_events as (
    select * from {{ ref('int_browser_events') }}
),

website_emails as (
    select * from {{ ref('int_website_emails') }}
)

-- A user id seen with the addresses of two persons names neither of them.
select
    browser_events.connection,
    browser_events.user_id,
    min(website_emails.person_id) as person_id,
    case
        when count(website_emails.deleted_at) = count(*) then max(website_emails.deleted_at)
    end as deleted_at
from browser_events
inner join website_emails
    on
        browser_events.email_normalized = website_emails.email_normalized
        and (website_emails.deleted_at is null or browser_events.seen_at < website_emails.deleted_at)
where browser_events.user_id is not null
group by browser_events.connection, browser_events.user_id
having count(distinct website_emails.person_id) = 1
