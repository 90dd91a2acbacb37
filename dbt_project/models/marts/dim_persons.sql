with contacts as (
    select * from {{ ref('int_contacts') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

members as (
    select
        persons.person_id,
        persons.is_speaker,
        persons.lead_created_at,
        persons.person_deleted_at,
        contacts.connection,
        contacts.contact_id,
        contacts.created_at,
        contacts.email,
        contacts.email_normalized,
        contacts.first_name,
        contacts.last_name,
        contacts.original_source,
        contacts.original_source_detail_1,
        contacts.original_source_detail_2,
        row_number() over (
            partition by persons.person_id
            order by
                case when contacts.original_source is null then 1 else 0 end,
                contacts.created_at,
                contacts.connection,
                contacts.contact_id
        ) as source_rank
    from contacts
    inner join persons
        on contacts.connection = persons.connection and contacts.contact_id = persons.contact_id
),

totals as (
    select
        person_id,
        {{ text_list('contact_id', 'created_at, connection, contact_id') }} as contact_ids,
        count(*) as contacts
    from members
    group by person_id
),

speakers as (
    select * from members
    where is_speaker
),

sources as (
    select * from members
    where source_rank = 1
)

select
    totals.person_id,
    {{ pii('speakers.email') }} as email,
    {{ pii('speakers.email_normalized') }} as email_normalized,
    {{ pii('speakers.first_name') }} as first_name,
    {{ pii('speakers.last_name') }} as last_name,
    speakers.connection as contact_connection,
    speakers.contact_id,
    totals.contact_ids,
    totals.contacts,
    sources.original_source,
    sources.original_source_detail_1,
    sources.original_source_detail_2,
    speakers.lead_created_at,
    speakers.person_deleted_at is not null as is_deleted,
    speakers.person_deleted_at as deleted_at
from totals
inner join speakers on totals.person_id = speakers.person_id
inner join sources on totals.person_id = sources.person_id
