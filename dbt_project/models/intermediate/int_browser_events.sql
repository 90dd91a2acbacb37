with page_views as (
    select * from {{ ref('stg_web_events__page_views') }}
),

identifies as (
    select * from {{ ref('stg_web_events__identifies') }}
),

tracks as (
    select * from {{ ref('stg_web_events__tracks') }}
),

events as (
    select
        connection,
        anonymous_id,
        user_id,
        email_normalized,
        viewed_at as seen_at
    from page_views

    union

    select
        connection,
        anonymous_id,
        user_id,
        email_normalized,
        identified_at as seen_at
    from identifies

    union

    select
        connection,
        anonymous_id,
        user_id,
        email_normalized,
        tracked_at as seen_at
    from tracks
)

select
    connection,
    anonymous_id,
    user_id,
    email_normalized,
    seen_at
from events
where user_id is not null or email_normalized is not null
