with orders as (
    select * from {{ ref('int_orders') }}
),

order_emails as (
    select * from {{ ref('int_order_emails') }}
),

person_emails as (
    select * from {{ ref('int_person_emails') }}
),

-- Rungs outside, candidate emails inside: the first pair that names exactly one person.
email_hits as (
    select
        order_emails.connection,
        order_emails.order_id,
        case person_emails.email_kind
            when 'primary' then 'email_primary'
            when 'additional' then 'email_secondary'
            when 'former' then 'email_history'
        end as match_method,
        order_emails.email_normalized as match_email,
        person_emails.contact_connection,
        person_emails.contact_id,
        person_emails.person_id,
        row_number() over (
            partition by order_emails.connection, order_emails.order_id
            order by
                case person_emails.email_kind when 'primary' then 1 when 'additional' then 2 else 3 end,
                order_emails.candidate_rank
        ) as hit_rank
    from order_emails
    inner join person_emails on order_emails.email_normalized = person_emails.email_normalized
    where not person_emails.is_deleted and not person_emails.is_shared_by_persons
),

shared_addresses as (
    select
        order_emails.connection,
        order_emails.order_id
    from order_emails
    inner join person_emails on order_emails.email_normalized = person_emails.email_normalized
    where person_emails.is_shared_by_persons
    group by order_emails.connection, order_emails.order_id
),

email_matches as (
    select
        orders.connection,
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        email_hits.match_method,
        email_hits.match_email,
        email_hits.contact_connection,
        email_hits.contact_id,
        email_hits.person_id
    from orders
    left join email_hits
        on
            orders.connection = email_hits.connection
            and orders.order_id = email_hits.order_id
            and email_hits.hit_rank = 1
),

customer_persons as (
    select
        connection,
        customer_id,
        match_email,
        contact_connection,
        contact_id,
        person_id,
        min(person_id) over same_customer <> max(person_id) over same_customer as is_ambiguous,
        row_number() over (
            partition by connection, customer_id
            order by ordered_at, order_id
        ) as order_rank
    from email_matches
    where customer_id is not null and person_id is not null
    window same_customer as (partition by connection, customer_id)
),

customer_matches as (
    select * from customer_persons
    where order_rank = 1
),

matches as (
    select
        email_matches.connection,
        email_matches.order_id,
        email_matches.customer_id,
        case
            when email_matches.person_id is not null then email_matches.match_method
            when not customer_matches.is_ambiguous then 'same_customer'
        end as match_method,
        case
            when email_matches.person_id is not null then email_matches.match_email
            when not customer_matches.is_ambiguous then customer_matches.match_email
        end as match_email,
        case
            when email_matches.person_id is not null then email_matches.contact_connection
            when not customer_matches.is_ambiguous then customer_matches.contact_connection
        end as matched_contact_connection,
        case
            when email_matches.person_id is not null then email_matches.contact_id
            when not customer_matches.is_ambiguous then customer_matches.contact_id
        end as matched_contact_id,
        case
            when email_matches.person_id is not null then email_matches.person_id
            when not customer_matches.is_ambiguous then customer_matches.person_id
        end as person_id,
        email_matches.person_id is null and (
            coalesce(customer_matches.is_ambiguous, false) or shared_addresses.order_id is not null
        ) as is_ambiguous
    from email_matches
    left join customer_matches
        on
            email_matches.connection = customer_matches.connection
            and email_matches.customer_id = customer_matches.customer_id
    left join shared_addresses
        on
            email_matches.connection = shared_addresses.connection
            and email_matches.order_id = shared_addresses.order_id
),

first_emails as (
    select * from order_emails
    where candidate_rank = 1
)

select
    matches.connection,
    matches.order_id,
    matches.match_method,
    matches.match_email,
    matches.matched_contact_connection,
    matches.matched_contact_id,
    matches.person_id,
    matches.person_id is null and matches.is_ambiguous as is_ambiguous,
    case
        when matches.person_id is not null then 'person:' || matches.person_id
        when matches.customer_id is not null
            then 'customer:' || matches.connection || ':' || matches.customer_id
        when first_emails.email_normalized is not null then 'email:' || first_emails.email_normalized
        else 'order:' || matches.connection || ':' || matches.order_id
    end as payer_id
from matches
left join first_emails
    on matches.connection = first_emails.connection and matches.order_id = first_emails.order_id
