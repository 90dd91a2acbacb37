with charges as (
    select * from {{ ref('int_charges') }}
    where is_payment
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select
    charges.connection,
    charges.charge_id as payment_id,
    payment_orders.order_id,
    payment_orders.exclusion_reason,
    charges.payment_intent_id as stripe_payment_intent_id,
    charges.customer_id as stripe_customer_id,
    charges.currency,
    charges.collected_minor as amount_minor,
    orders.payer_id,
    orders.person_id,
    orders.match_method,
    orders.match_email,
    orders.matched_contact_id,
    orders.unmatched_reason,
    charges.created_at as paid_at
from charges
left join payment_orders
    on charges.connection = payment_orders.connection and charges.payment_key = payment_orders.payment_key
left join orders
    on payment_orders.connection = orders.connection and payment_orders.order_id = orders.order_id
