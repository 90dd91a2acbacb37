with payments as (
    select * from {{ ref('fct_payments') }}
    where exclusion_reason is null and person_id is null
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select
    payments.connection,
    payments.payment_id,
    payments.order_id,
    payments.paid_at,
    {{ local_date('payments.paid_at', report_timezone()) }} as report_date,
    payments.currency,
    payments.amount_minor,
    payments.report_currency,
    payments.amount,
    payments.unmatched_reason,
    orders.unmatched_emails as candidate_emails,
    orders.nearest_contact_id,
    orders.nearest_contact_email,
    payments.payer_id,
    payments.stripe_customer_id
from payments
inner join orders
    on payments.connection = orders.connection and payments.order_id = orders.order_id
