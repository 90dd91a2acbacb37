with payments as (
    select * from {{ ref('fct_payments') }}
    where order_id is not null and person_id is null
),

orders as (
    select * from {{ ref('fct_orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
)

select
    payments.connection,
    payments.payment_id,
    payments.order_id,
    payments.paid_at,
    {{ local_date('payments.paid_at', report_timezone()) }} as report_date,
    payments.currency,
    payments.amount_minor,
    {{ major_units('payments.amount_minor', 'currencies.exponent') }} as amount,
    payments.unmatched_reason,
    orders.unmatched_emails as candidate_emails,
    orders.nearest_contact_id,
    orders.nearest_contact_email,
    payments.payer_id,
    payments.stripe_customer_id
from payments
inner join orders
    on payments.connection = orders.connection and payments.order_id = orders.order_id
left join currencies on payments.currency = currencies.currency
