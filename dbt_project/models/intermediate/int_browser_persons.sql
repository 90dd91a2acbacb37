with sightings as (
    select * from {{ ref('int_browser_sightings') }}
),

shared_browsers as (
    select * from {{ ref('int_shared_browsers') }}
),

of_few as (
    select
        sightings.*,
        lag(sightings.person_id) over browser_history as former_person_id
    from sightings
    left join shared_browsers
        on
            sightings.connection = shared_browsers.connection
            and sightings.anonymous_id = shared_browsers.anonymous_id
    where shared_browsers.anonymous_id is null
    window browser_history as (
        partition by sightings.connection, sightings.anonymous_id
        order by sightings.seen_at, sightings.person_id
    )
),

changes as (
    select
        connection,
        anonymous_id,
        person_id,
        former_person_id,
        seen_at
    from of_few
    where former_person_id is distinct from person_id
)

-- What was done before anybody was known belongs to the first who was.
select
    connection,
    anonymous_id,
    person_id,
    seen_at as recognised_at,
    case when former_person_id is not null then seen_at end as began_at,
    lead(seen_at) over (partition by connection, anonymous_id order by seen_at, person_id) as ended_at
from changes
