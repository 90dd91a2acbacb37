-- Contacts that share an address they hold now, or a recorded merge, are one person.
with persons as (
    select * from {{ ref('int_persons') }}
),

addresses as (
    select contact_emails.email_normalized as shared
    from {{ ref('int_contact_emails') }} as contact_emails
    inner join persons
        on contact_emails.connection = persons.connection and contact_emails.contact_id = persons.contact_id
    where contact_emails.email_kind <> 'former'
    group by contact_emails.email_normalized
    having count(distinct persons.person_id) > 1
),

recorded_merges as (
    select recorded_merges.contact_id as shared
    from {{ ref('int_contact_merges') }} as recorded_merges
    inner join persons as survivors
        on
            recorded_merges.connection = survivors.connection
            and recorded_merges.contact_id = survivors.contact_id
    inner join persons as merged
        on
            recorded_merges.connection = merged.connection
            and recorded_merges.merged_contact_id = merged.contact_id
    where survivors.person_id <> merged.person_id
)

select shared from addresses

union all

select shared from recorded_merges
