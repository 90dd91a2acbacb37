with links as (
    select * from {{ ref('manual_links') }}
),

contact_ids as (
    select * from {{ ref('int_person_contact_ids') }}
),

written as (
    select
        linked_on,
        connection,
        kind,
        case when kind = 'email' then {{ email_normal_form('value') }} else value end as value,
        case
            when contact_connection is null then {{ pii_id('contact_id') }}
            else contact_connection || ':' || {{ pii_id('contact_id') }}
        end as contact_reference,
        valid_from,
        valid_until
    from links
),

-- An id of several CRMs without its connection names nobody.
clear_ids as (
    select
        contact_reference,
        min(person_id) as person_id,
        min(contact_connection) as contact_connection,
        min(contact_id) as contact_id
    from contact_ids
    group by contact_reference
    having count(*) = 1
)

select
    written.linked_on,
    written.connection,
    written.kind,
    written.value,
    written.contact_reference,
    written.valid_from,
    written.valid_until,
    clear_ids.contact_connection,
    clear_ids.contact_id,
    clear_ids.person_id
from written
left join clear_ids on written.contact_reference = clear_ids.contact_reference
