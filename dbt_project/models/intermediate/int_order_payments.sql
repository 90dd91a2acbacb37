with charges as (
    select * from {{ ref('int_charges') }}
    where is_payment
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
),

file_orders as (
    select * from {{ ref('int_file_orders') }}
    where collected_minor <> 0
)

select
    'stripe' as connector,
    charges.connection,
    charges.charge_id as payment_id,
    payment_orders.order_id,
    payment_orders.exclusion_reason,
    charges.payment_intent_id,
    charges.customer_id,
    charges.currency,
    charges.collected_minor as amount_minor,
    charges.created_at as paid_at
from charges
left join payment_orders
    on charges.connection = payment_orders.connection and charges.payment_key = payment_orders.payment_key

union all

select
    'files' as connector,
    connection,
    order_id as payment_id,
    order_id,
    cast(null as {{ text_type() }}) as exclusion_reason,
    cast(null as {{ text_type() }}) as payment_intent_id,
    cast(null as {{ text_type() }}) as customer_id,
    currency,
    collected_minor as amount_minor,
    coalesce(paid_at, ordered_at) as paid_at
from file_orders
