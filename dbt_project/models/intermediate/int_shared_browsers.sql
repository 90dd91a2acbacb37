{% set most_persons = 5 %}
{% set within_seconds = 30 * 24 * 60 * 60 %}

with sightings as (
    select * from {{ ref('int_browser_sightings') }}
),

page_views as (
    select * from {{ ref('stg_web_events__page_views') }}
),

-- Few browsers ever carry so many, and only these are worth looking at day by day.
crowded as (
    select
        connection,
        anonymous_id,
        count(distinct person_id) as count_persons
    from sightings
    group by connection, anonymous_id
    having count(distinct person_id) > {{ most_persons }}
),

windows as (
    select
        sightings.connection,
        sightings.anonymous_id,
        crowded.count_persons,
        sightings.seen_at,
        count(distinct others.person_id) as count_persons_in_30_days
    from sightings
    inner join crowded
        on sightings.connection = crowded.connection and sightings.anonymous_id = crowded.anonymous_id
    inner join sightings as others
        on
            sightings.connection = others.connection
            and sightings.anonymous_id = others.anonymous_id
            and sightings.seen_at >= others.seen_at
            and sightings.seen_at < {{ seconds_after('others.seen_at', within_seconds) }}
    group by sightings.connection, sightings.anonymous_id, crowded.count_persons, sightings.seen_at
),

shared as (
    select
        connection,
        anonymous_id,
        count_persons,
        max(count_persons_in_30_days) as most_persons_in_30_days
    from windows
    group by connection, anonymous_id, count_persons
    having max(count_persons_in_30_days) > {{ most_persons }}
),

visits as (
    select
        shared.connection,
        shared.anonymous_id,
        count(*) as count_page_views
    from shared
    inner join page_views
        on shared.connection = page_views.connection and shared.anonymous_id = page_views.anonymous_id
    group by shared.connection, shared.anonymous_id
)

select
    shared.connection,
    shared.anonymous_id,
    shared.count_persons,
    shared.most_persons_in_30_days,
    coalesce(visits.count_page_views, 0) as count_page_views
from shared
left join visits
    on shared.connection = visits.connection and shared.anonymous_id = visits.anonymous_id
