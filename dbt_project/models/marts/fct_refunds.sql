with refunds as (
    select * from {{ ref('int_refunds') }}
    where status = 'succeeded'
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select
    refunds.connection,
    refunds.refund_id,
    refunds.charge_id as payment_id,
    refunds.order_id,
    refunds.exclusion_reason,
    refunds.reason as refund_reason,
    refunds.currency,
    refunds.amount_minor,
    orders.payer_id,
    orders.person_id,
    orders.match_method,
    orders.ordered_at,
    refunds.charged_at,
    refunds.created_at as refunded_at
from refunds
left join orders
    on refunds.connection = orders.connection and refunds.order_id = orders.order_id
