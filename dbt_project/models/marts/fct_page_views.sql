with page_views as (
    select * from {{ ref('int_page_views') }}
)

select
    connection,
    page_view_id,
    anonymous_id,
    user_id,
    email_normalized,
    person_id,
    unidentified_reason,
    url,
    host,
    path,
    title,
    referrer,
    referrer_host,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    click_id,
    click_id_kind,
    viewed_at,
    received_at
from page_views
