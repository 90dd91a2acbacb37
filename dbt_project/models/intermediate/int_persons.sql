with contacts as (
    select * from {{ ref('int_contacts') }}
),

components as (
    select * from {{ ref('int_contact_components') }}
),

merged_contacts as (
    select distinct
        connection,
        merged_contact_id as contact_id
    from {{ ref('int_contact_merges') }}
),

members as (
    select
        contacts.connection,
        contacts.contact_id,
        contacts.created_at,
        contacts.is_deleted,
        contacts.deleted_at,
        components.person_id,
        components.age_rank,
        merged_contacts.contact_id is not null as is_merged_away
    from contacts
    inner join components
        on contacts.connection = components.connection and contacts.contact_id = components.contact_id
    left join merged_contacts
        on
            contacts.connection = merged_contacts.connection
            and contacts.contact_id = merged_contacts.contact_id
),

-- The contact that speaks for the person: never merged before merged, living before deleted, oldest first.
ranked as (
    select
        members.*,
        row_number() over (
            partition by person_id
            order by
                case when is_merged_away then 1 else 0 end,
                case when is_deleted then 1 else 0 end,
                age_rank
        ) as speaker_rank
    from members
),

-- One that was merged away is no contact any more, whenever that was seen: a person is gone with the others.
persons as (
    select
        person_id,
        min(created_at) as lead_created_at,
        max(case when speaker_rank = 1 and is_deleted then 1 else 0 end) = 1 as is_deleted,
        coalesce(max(case when not is_merged_away then deleted_at end), max(deleted_at)) as last_deleted_at,
        max(case when speaker_rank = 1 then connection end) as speaker_connection,
        max(case when speaker_rank = 1 then contact_id end) as speaker_contact_id
    from ranked
    group by person_id
)

select
    ranked.connection,
    ranked.contact_id,
    ranked.person_id,
    ranked.is_merged_away,
    ranked.speaker_rank = 1 as is_speaker,
    case
        when ranked.is_merged_away then persons.speaker_connection
        else ranked.connection
    end as answering_connection,
    case
        when ranked.is_merged_away then persons.speaker_contact_id
        else ranked.contact_id
    end as answering_contact_id,
    case when ranked.is_merged_away then persons.is_deleted else ranked.is_deleted end as is_deleted,
    case
        when not ranked.is_merged_away then ranked.deleted_at
        when persons.is_deleted then persons.last_deleted_at
    end as deleted_at,
    case when persons.is_deleted then persons.last_deleted_at end as person_deleted_at,
    persons.lead_created_at
from ranked
inner join persons on ranked.person_id = persons.person_id
