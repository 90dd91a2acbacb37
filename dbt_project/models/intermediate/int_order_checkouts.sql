with sessions as (
    select * from {{ ref('stg_stripe__checkout_sessions') }}
    where not is_test_data
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
    where order_id is not null
),

mentions as (
    select
        sessions.connection,
        payment_orders.order_id,
        sessions.checkout_session_id
    from sessions
    inner join payment_orders
        on
            sessions.connection = payment_orders.connection
            and sessions.payment_intent_id = payment_orders.payment_key

    union

    select
        connection,
        invoice_id as order_id,
        checkout_session_id
    from sessions
    where invoice_id is not null
)

select
    mentions.connection,
    mentions.order_id,
    mentions.checkout_session_id,
    sessions.customer_email,
    sessions.tax_minor,
    row_number() over (
        partition by mentions.connection, mentions.order_id
        order by
            case when sessions.status = 'complete' then 0 else 1 end,
            sessions.created_at,
            mentions.checkout_session_id
    ) as checkout_rank
from mentions
inner join sessions
    on
        mentions.connection = sessions.connection
        and mentions.checkout_session_id = sessions.checkout_session_id
