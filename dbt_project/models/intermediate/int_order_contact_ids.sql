with orders as (
    select * from {{ ref('int_orders') }}
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where not is_test_data and not is_deleted
),

payment_intents as (
    select * from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data
),

charges as (
    select * from {{ ref('int_charges') }}
),

checkouts as (
    select * from {{ ref('stg_stripe__checkout_sessions') }}
    where not is_test_data
),

customers as (
    select * from {{ ref('stg_stripe__customers') }}
    where not is_test_data
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
    where order_id is not null
),

order_checkouts as (
    select * from {{ ref('int_order_checkouts') }}
),

-- What the payment itself says comes first, the customer, whom many payments share, last.
named as (
    select
        connection,
        invoice_id as order_id,
        1 as id_source_rank,
        crm_contact_ids,
        created_at
    from invoices
    where crm_contact_ids is not null

    union all

    select
        connection,
        invoice_id as order_id,
        2 as id_source_rank,
        subscription_crm_contact_ids as crm_contact_ids,
        created_at
    from invoices
    where subscription_crm_contact_ids is not null

    union all

    select
        payment_orders.connection,
        payment_orders.order_id,
        case when payment_intents.status = 'succeeded' then 3 else 4 end as id_source_rank,
        payment_intents.crm_contact_ids,
        payment_intents.created_at
    from payment_intents
    inner join payment_orders
        on
            payment_intents.connection = payment_orders.connection
            and payment_intents.payment_intent_id = payment_orders.payment_key
    where payment_intents.crm_contact_ids is not null

    union all

    select
        payment_orders.connection,
        payment_orders.order_id,
        case when charges.status = 'succeeded' then 5 else 6 end as id_source_rank,
        charges.crm_contact_ids,
        charges.created_at
    from charges
    inner join payment_orders
        on
            charges.connection = payment_orders.connection
            and charges.payment_key = payment_orders.payment_key
    where charges.crm_contact_ids is not null

    union all

    select
        order_checkouts.connection,
        order_checkouts.order_id,
        case when order_checkouts.checkout_rank = 1 then 7 else 8 end as id_source_rank,
        checkouts.crm_contact_ids,
        checkouts.created_at
    from checkouts
    inner join order_checkouts
        on
            checkouts.connection = order_checkouts.connection
            and checkouts.checkout_session_id = order_checkouts.checkout_session_id
    where checkouts.crm_contact_ids is not null

    union all

    select
        orders.connection,
        orders.order_id,
        9 as id_source_rank,
        customers.crm_contact_ids,
        customers.created_at
    from orders
    inner join customers
        on orders.connection = customers.connection and orders.customer_id = customers.customer_id
    where customers.crm_contact_ids is not null
),

listed as (
    select
        named.connection,
        named.order_id,
        named.id_source_rank,
        named.created_at,
        entry.position as key_position,
        {{ pii_id('entry.value') }} as contact_reference
    from named
    {{ explode_text_list('named.crm_contact_ids', '|', as='entry') }}

    union all

    -- An order of a file means the contact of the same file before one of another CRM.
    select
        connection,
        order_id,
        1 as id_source_rank,
        ordered_at as created_at,
        1 as key_position,
        connection || ':' || contact_id as contact_reference
    from orders
    where contact_id is not null

    union all

    select
        connection,
        order_id,
        2 as id_source_rank,
        ordered_at as created_at,
        1 as key_position,
        contact_id as contact_reference
    from orders
    where contact_id is not null
),

first_mentions as (
    select
        listed.*,
        row_number() over (
            partition by connection, order_id, contact_reference
            order by id_source_rank, created_at, key_position
        ) as mention_rank
    from listed
)

select
    first_mentions.connection,
    first_mentions.order_id,
    first_mentions.contact_reference,
    row_number() over (
        partition by first_mentions.connection, first_mentions.order_id
        order by
            first_mentions.id_source_rank,
            first_mentions.created_at,
            first_mentions.key_position,
            first_mentions.contact_reference
    ) as candidate_rank
from first_mentions
inner join orders
    on first_mentions.connection = orders.connection and first_mentions.order_id = orders.order_id
where first_mentions.mention_rank = 1
