with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

persons as (
    select * from {{ ref('int_persons') }}
)

select
    contacts.connection,
    contacts.contact_id,
    persons.person_id,
    contacts.email,
    contacts.email_normalized,
    contacts.additional_emails,
    contacts.first_name,
    contacts.last_name,
    contacts.lifecycle_stage,
    contacts.original_source,
    contacts.original_source_detail_1,
    contacts.original_source_detail_2,
    contacts.is_deleted,
    persons.is_merged_away,
    contacts.created_at,
    persons.lead_created_at
from contacts
inner join persons
    on contacts.connection = persons.connection and contacts.contact_id = persons.contact_id
