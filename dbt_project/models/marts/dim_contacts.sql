with contacts as (
    select * from {{ ref('int_contacts') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

additional_emails as (
    select
        connection,
        contact_id,
        {{ text_list(pii('email_normalized'), 'email_normalized', ';') }} as additional_emails
    from {{ ref('int_contact_emails') }}
    where email_kind = 'additional'
    group by connection, contact_id
)

select
    contacts.connector,
    contacts.connection,
    contacts.contact_id,
    persons.person_id,
    {{ pii('contacts.email') }} as email,
    {{ pii('contacts.email_normalized') }} as email_normalized,
    additional_emails.additional_emails,
    {{ pii('contacts.first_name') }} as first_name,
    {{ pii('contacts.last_name') }} as last_name,
    contacts.lifecycle_stage,
    contacts.original_source,
    {{ pii_in_text('contacts.original_source_detail_1') }} as original_source_detail_1,
    {{ pii_in_text('contacts.original_source_detail_2') }} as original_source_detail_2,
    contacts.is_deleted,
    contacts.deleted_at,
    persons.is_merged_away,
    contacts.created_at,
    persons.lead_created_at
from contacts
inner join persons
    on contacts.connection = persons.connection and contacts.contact_id = persons.contact_id
left join additional_emails
    on
        contacts.connection = additional_emails.connection
        and contacts.contact_id = additional_emails.contact_id
