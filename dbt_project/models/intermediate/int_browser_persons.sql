with sightings as (
    select * from {{ ref('int_browser_sightings') }}
),

shared_browsers as (
    select * from {{ ref('int_shared_browsers') }}
),

persons as (
    select
        person_id,
        min(person_deleted_at) as deleted_at
    from {{ ref('int_persons') }}
    group by person_id
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
        seen_at,
        lead(seen_at) over (partition by connection, anonymous_id order by seen_at, person_id) as next_seen_at
    from of_few
    where former_person_id is distinct from person_id
)

-- What was done before anybody was known belongs to the first who was; a deletion ends it.
select
    changes.connection,
    changes.anonymous_id,
    changes.person_id,
    changes.seen_at as recognised_at,
    case when changes.former_person_id is not null then changes.seen_at end as began_at,
    case
        when persons.deleted_at < changes.next_seen_at then persons.deleted_at
        else coalesce(changes.next_seen_at, persons.deleted_at)
    end as ended_at
from changes
left join persons on changes.person_id = persons.person_id
