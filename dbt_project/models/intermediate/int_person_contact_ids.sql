with components as (
    select * from {{ ref('int_contact_components') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

speakers as (
    select * from persons
    where is_speaker
),

-- An id that only a merge still names is answered for by whoever speaks for the person.
known_ids as (
    select
        components.connection,
        components.contact_id,
        components.age_rank,
        components.person_id,
        coalesce(persons.answering_connection, speakers.answering_connection) as contact_connection,
        coalesce(persons.answering_contact_id, speakers.answering_contact_id) as answering_contact_id,
        coalesce(persons.is_deleted, speakers.is_deleted) as is_deleted,
        case
            when persons.contact_id is null then speakers.person_deleted_at
            else persons.deleted_at
        end as deleted_at
    from components
    inner join speakers on components.person_id = speakers.person_id
    left join persons
        on components.connection = persons.connection and components.contact_id = persons.contact_id
),

-- A payment may name the id as the CRM has it, or say which CRM it means.
named as (
    select
        contact_id as contact_reference,
        age_rank,
        person_id,
        contact_connection,
        answering_contact_id,
        is_deleted,
        deleted_at
    from known_ids

    union all

    select
        connection || ':' || contact_id as contact_reference,
        age_rank,
        person_id,
        contact_connection,
        answering_contact_id,
        is_deleted,
        deleted_at
    from known_ids
),

ranked as (
    select
        named.*,
        row_number() over (
            partition by contact_reference, person_id
            order by case when is_deleted then 1 else 0 end asc, deleted_at desc, age_rank asc
        ) as holder_rank
    from named
)

select
    contact_reference,
    person_id,
    contact_connection,
    answering_contact_id as contact_id,
    is_deleted,
    deleted_at
from ranked
where holder_rank = 1
