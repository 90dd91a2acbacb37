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
        persons.deleted_at,
        row_number() over (
            partition by contact_emails.email_normalized, contact_emails.email_kind, persons.person_id
            order by
                case when persons.is_deleted then 1 else 0 end asc,
                persons.deleted_at desc,
                case when persons.is_merged_away then 1 else 0 end asc,
                contacts.created_at asc,
                contacts.connection asc,
                contacts.contact_id asc
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
    deleted_at,
    coalesce(first_person_id <> last_person_id, false) as is_shared_by_persons
from holders
where holder_rank = 1
