with orders as (
    select * from {{ ref('int_orders') }}
),

direct_matches as (
    select * from {{ ref('int_order_direct_matches') }}
),

order_emails as (
    select * from {{ ref('int_order_emails') }}
),

candidates as (
    select
        order_emails.connection,
        order_emails.order_id,
        orders.ordered_at,
        order_emails.email_normalized,
        order_emails.candidate_rank,
        {{ email_alias_key('order_emails.email_normalized') }} as alias_key
    from order_emails
    inner join orders
        on order_emails.connection = orders.connection and order_emails.order_id = orders.order_id
    left join direct_matches
        on
            order_emails.connection = direct_matches.connection
            and order_emails.order_id = direct_matches.order_id
    where direct_matches.order_id is null
),

person_emails as (
    select
        email_normalized,
        person_id,
        contact_connection,
        contact_id,
        is_deleted,
        deleted_at,
        case email_kind when 'primary' then 1 when 'additional' then 2 else 3 end as kind_rank,
        {{ email_alias_key('email_normalized') }} as alias_key
    from {{ ref('int_person_emails') }}
)

select
    candidates.connection,
    candidates.order_id,
    candidates.candidate_rank,
    candidates.email_normalized,
    person_emails.email_normalized as contact_email,
    person_emails.contact_connection,
    person_emails.contact_id,
    person_emails.person_id,
    row_number() over (
        partition by candidates.connection, candidates.order_id
        order by
            candidates.candidate_rank,
            person_emails.kind_rank,
            person_emails.email_normalized,
            person_emails.person_id
    ) as alias_rank,
    min(person_emails.person_id) over same_candidate
    <> max(person_emails.person_id) over same_candidate as is_ambiguous
from candidates
inner join person_emails on candidates.alias_key = person_emails.alias_key
where not person_emails.is_deleted or candidates.ordered_at < person_emails.deleted_at
window same_candidate as (
    partition by candidates.connection, candidates.order_id, candidates.candidate_rank
)
