with orders as (
    select * from {{ ref('int_orders') }}
),

order_contact_ids as (
    select * from {{ ref('int_order_contact_ids') }}
),

order_emails as (
    select * from {{ ref('int_order_emails') }}
),

person_contact_ids as (
    select * from {{ ref('int_person_contact_ids') }}
),

person_emails as (
    select * from {{ ref('int_person_emails') }}
),

-- All persons a candidate leads to, who may have been deleted before the order.
leads as (
    select
        order_contact_ids.connection,
        order_contact_ids.order_id,
        1 as rung,
        order_contact_ids.candidate_rank,
        false as is_former,
        'crm_id' as match_method,
        cast(null as {{ text_type() }}) as match_email,
        person_contact_ids.contact_connection,
        person_contact_ids.contact_id,
        person_contact_ids.person_id,
        person_contact_ids.is_deleted,
        person_contact_ids.deleted_at
    from order_contact_ids
    inner join person_contact_ids
        on order_contact_ids.contact_reference = person_contact_ids.contact_reference

    union all

    select
        order_emails.connection,
        order_emails.order_id,
        case person_emails.email_kind when 'primary' then 2 when 'additional' then 3 else 4 end as rung,
        order_emails.candidate_rank,
        order_emails.is_former,
        case person_emails.email_kind
            when 'primary' then 'email_primary'
            when 'additional' then 'email_secondary'
            else 'email_history'
        end as match_method,
        order_emails.email_normalized as match_email,
        person_emails.contact_connection,
        person_emails.contact_id,
        person_emails.person_id,
        person_emails.is_deleted,
        person_emails.deleted_at
    from order_emails
    inner join person_emails on order_emails.email_normalized = person_emails.email_normalized
),

-- A deletion ends what a contact answers for; what was ordered before it stays the person's.
answered as (
    select
        leads.*,
        count(*) over same_candidate as persons,
        row_number() over (
            partition by leads.connection, leads.order_id, leads.rung, leads.candidate_rank
            order by leads.person_id
        ) as person_rank
    from leads
    inner join orders on leads.connection = orders.connection and leads.order_id = orders.order_id
    where not leads.is_deleted or orders.ordered_at < leads.deleted_at
    window same_candidate as (
        partition by leads.connection, leads.order_id, leads.rung, leads.candidate_rank
    )
)

select
    connection,
    order_id,
    rung,
    candidate_rank,
    is_former,
    match_method,
    match_email,
    contact_connection,
    contact_id,
    person_id,
    is_deleted,
    deleted_at,
    persons > 1 as is_ambiguous
from answered
where person_rank = 1
