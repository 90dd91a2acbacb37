with orders as (
    select * from {{ ref('int_orders') }}
),

customers as (
    select * from {{ ref('stg_stripe__customers') }}
    where not is_test_data
),

-- A match that an address made does not vanish with it when the customer is given another: they come last.
past_emails as (
    select
        connection,
        customer_id,
        email_normalized,
        row_number() over (
            partition by connection, customer_id
            order by last_seen_at desc, email_normalized asc
        ) as latest_rank
    from {{ ref('stg_stripe__customer_past_emails') }}
),

attempts as (
    select
        charges.connection,
        payment_orders.order_id,
        charges.billing_email,
        charges.receipt_email,
        row_number() over (
            partition by payment_orders.connection, payment_orders.order_id
            order by
                case when charges.status = 'succeeded' then 0 else 1 end,
                charges.created_at,
                charges.charge_id
        ) as attempt_rank
    from {{ ref('int_charges') }} as charges
    inner join {{ ref('int_payment_orders') }} as payment_orders
        on
            charges.connection = payment_orders.connection
            and charges.payment_key = payment_orders.payment_key
    where payment_orders.order_id is not null
),

intents as (
    select
        payment_orders.connection,
        payment_orders.order_id,
        payment_intents.receipt_email,
        row_number() over (
            partition by payment_orders.connection, payment_orders.order_id
            order by
                case when payment_intents.status = 'succeeded' then 0 else 1 end,
                payment_intents.created_at,
                payment_intents.payment_intent_id
        ) as attempt_rank
    from {{ ref('stg_stripe__payment_intents') }} as payment_intents
    inner join {{ ref('int_payment_orders') }} as payment_orders
        on
            payment_intents.connection = payment_orders.connection
            and payment_intents.payment_intent_id = payment_orders.payment_key
    where payment_orders.order_id is not null and not payment_intents.is_test_data
),

checkouts as (
    select
        order_checkouts.connection,
        order_checkouts.order_id,
        order_checkouts.checkout_rank,
        order_checkouts.customer_email
    from {{ ref('int_order_checkouts') }} as order_checkouts
    inner join orders
        on
            order_checkouts.connection = orders.connection
            and order_checkouts.order_id = orders.order_id
),

named as (
    select
        connection,
        order_id,
        1 as email_source_rank,
        cast(1 as bigint) as attempt_rank,
        customer_email as email_normalized
    from orders

    union all

    select
        connection,
        order_id,
        2 as email_source_rank,
        attempt_rank,
        billing_email as email_normalized
    from attempts

    union all

    select
        connection,
        order_id,
        3 as email_source_rank,
        checkout_rank as attempt_rank,
        customer_email as email_normalized
    from checkouts

    union all

    select
        connection,
        order_id,
        4 as email_source_rank,
        attempt_rank,
        receipt_email as email_normalized
    from attempts

    union all

    select
        connection,
        order_id,
        5 as email_source_rank,
        attempt_rank,
        receipt_email as email_normalized
    from intents

    union all

    select
        orders.connection,
        orders.order_id,
        6 as email_source_rank,
        cast(1 as bigint) as attempt_rank,
        customers.email_normalized
    from orders
    inner join customers
        on orders.connection = customers.connection and orders.customer_id = customers.customer_id

    union all

    select
        orders.connection,
        orders.order_id,
        7 as email_source_rank,
        past_emails.latest_rank as attempt_rank,
        past_emails.email_normalized
    from orders
    inner join customers
        on orders.connection = customers.connection and orders.customer_id = customers.customer_id
    inner join past_emails
        on customers.connection = past_emails.connection and customers.customer_id = past_emails.customer_id
),

first_mentions as (
    select
        connection,
        order_id,
        email_normalized,
        email_source_rank,
        attempt_rank,
        row_number() over (
            partition by connection, order_id, email_normalized
            order by email_source_rank, attempt_rank
        ) as mention_rank
    from named
    where email_normalized is not null
)

select
    connection,
    order_id,
    email_normalized,
    row_number() over (
        partition by connection, order_id
        order by email_source_rank, attempt_rank
    ) as candidate_rank,
    email_source_rank = 7 as is_former
from first_mentions
where mention_rank = 1
