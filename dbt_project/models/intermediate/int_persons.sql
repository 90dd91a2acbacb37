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

-- The contact that speaks for the person: living before deleted, never merged before merged, oldest first.
speakers as (
    select
        members.*,
        row_number() over (
            partition by person_id
            order by
                case when is_deleted then 1 else 0 end,
                case when is_merged_away then 1 else 0 end,
                age_rank
        ) as speaker_rank
    from members
),

answered as (
    select
        members.*,
        speakers.connection as speaker_connection,
        speakers.contact_id as speaker_contact_id,
        members.is_merged_away and not speakers.is_deleted as is_spoken_for
    from members
    inner join speakers on members.person_id = speakers.person_id and speakers.speaker_rank = 1
)

select
    connection,
    contact_id,
    person_id,
    is_merged_away,
    case when is_spoken_for then speaker_connection else connection end as answering_connection,
    case when is_spoken_for then speaker_contact_id else contact_id end as answering_contact_id,
    is_deleted and not is_spoken_for as is_deleted,
    min(created_at) over (partition by person_id) as lead_created_at
from answered
