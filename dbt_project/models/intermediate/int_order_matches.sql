with orders as (
    select * from {{ ref('int_orders') }}
),

direct_matches as (
    select * from {{ ref('int_order_direct_matches') }}
),

customer_persons as (
    select * from {{ ref('int_customer_persons') }}
),

hits as (
    select * from {{ ref('int_order_hits') }}
),

aliases as (
    select * from {{ ref('int_order_aliases') }}
    where {{ 'true' if matches_email_aliases() else 'false' }}
),

order_emails as (
    select * from {{ ref('int_order_emails') }}
),

-- A person whose last contact was deleted before the order is no longer the customer's.
living_customer_persons as (
    select
        orders.connection,
        orders.order_id,
        customer_persons.match_email,
        customer_persons.contact_connection,
        customer_persons.contact_id,
        customer_persons.person_id,
        count(*) over (partition by orders.connection, orders.order_id) as persons
    from orders
    inner join customer_persons
        on
            orders.connection = customer_persons.connection
            and orders.customer_id = customer_persons.customer_id
    left join direct_matches
        on orders.connection = direct_matches.connection and orders.order_id = direct_matches.order_id
    where
        direct_matches.order_id is null
        and (not customer_persons.is_deleted or orders.ordered_at < customer_persons.deleted_at)
),

ranked_aliases as (
    select
        aliases.*,
        row_number() over (
            partition by connection, order_id
            order by alias_rank
        ) as clear_rank
    from aliases
    where not is_ambiguous
),

found as (
    select
        connection,
        order_id,
        1 as found_rank,
        match_method,
        match_email,
        contact_connection,
        contact_id,
        person_id
    from direct_matches

    union all

    select
        connection,
        order_id,
        2 as found_rank,
        'same_customer' as match_method,
        match_email,
        contact_connection,
        contact_id,
        person_id
    from living_customer_persons
    where persons = 1

    union all

    select
        connection,
        order_id,
        3 as found_rank,
        'email_alias' as match_method,
        email_normalized as match_email,
        contact_connection,
        contact_id,
        person_id
    from ranked_aliases
    where clear_rank = 1
),

ranked as (
    select
        found.*,
        row_number() over (
            partition by connection, order_id
            order by found_rank
        ) as rung_rank
    from found
),

matches as (
    select * from ranked
    where rung_rank = 1
),

ambiguous as (
    select
        connection,
        order_id
    from hits
    where is_ambiguous

    union

    select
        connection,
        order_id
    from living_customer_persons
    where persons > 1

    union

    select
        connection,
        order_id
    from aliases
    where is_ambiguous
),

first_emails as (
    select * from order_emails
    where candidate_rank = 1
)

select
    orders.connection,
    orders.order_id,
    matches.match_method,
    {{ pii('matches.match_email') }} as match_email,
    matches.contact_connection as matched_contact_connection,
    matches.contact_id as matched_contact_id,
    matches.person_id,
    matches.person_id is null and ambiguous.order_id is not null as is_ambiguous,
    case
        when matches.person_id is not null then 'person:' || matches.person_id
        when orders.customer_id is not null
            then 'customer:' || orders.connection || ':' || orders.customer_id
        when first_emails.email_normalized is not null
            then 'email:' || {{ pii('first_emails.email_normalized') }}
        else 'order:' || orders.connection || ':' || orders.order_id
    end as payer_id
from orders
left join matches
    on orders.connection = matches.connection and orders.order_id = matches.order_id
left join ambiguous
    on orders.connection = ambiguous.connection and orders.order_id = ambiguous.order_id
left join first_emails
    on orders.connection = first_emails.connection and orders.order_id = first_emails.order_id
