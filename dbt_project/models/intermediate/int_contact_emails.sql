with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

addresses as (
    select
        connection,
        contact_id,
        email_normalized,
        1 as kind_rank
    from contacts
    where email_normalized is not null

    union all

    select
        contacts.connection,
        contacts.contact_id,
        {{ email_normal_form('address.value') }} as email_normalized,
        2 as kind_rank
    from contacts
    {{ explode_text_list('contacts.additional_emails', ';', as='address') }}
)

select
    connection,
    contact_id,
    email_normalized,
    case when min(kind_rank) = 1 then 'primary' else 'additional' end as email_kind
from addresses
where email_normalized is not null
group by connection, contact_id, email_normalized
