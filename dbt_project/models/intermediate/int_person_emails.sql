with contact_emails as (
    select * from {{ ref('int_contact_emails') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

holders as (
    select
        contact_emails.email_normalized,
        contact_emails.email_kind,
        persons.person_id,
        persons.answering_connection,
        persons.answering_contact_id,
        persons.is_deleted,
        row_number() over (
            partition by contact_emails.email_normalized, contact_emails.email_kind
            order by
                case when persons.is_deleted then 1 else 0 end,
                case when persons.is_merged_away then 1 else 0 end,
                contacts.created_at,
                contacts.connection,
                contacts.contact_id
        ) as holder_rank,
        min(case when not persons.is_deleted then persons.person_id end) over same_address as first_person_id,
        max(case when not persons.is_deleted then persons.person_id end) over same_address as last_person_id
    from contact_emails
    inner join persons
        on
            contact_emails.connection = persons.connection
            and contact_emails.contact_id = persons.contact_id
    inner join contacts
        on
            contact_emails.connection = contacts.connection
            and contact_emails.contact_id = contacts.contact_id
    window same_address as (partition by contact_emails.email_normalized, contact_emails.email_kind)
)

select
    email_normalized,
    email_kind,
    person_id,
    answering_connection as contact_connection,
    answering_contact_id as contact_id,
    is_deleted,
    coalesce(first_person_id <> last_person_id, false) as is_shared_by_persons
from holders
where holder_rank = 1
