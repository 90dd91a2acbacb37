with payments as (
    select * from {{ ref('fct_payments') }}
    where exclusion_reason is null and person_id is null
),

orders as (
    select * from {{ ref('fct_orders') }}
),

unmatched as (
    select
        payments.connection,
        payments.payment_id,
        payments.order_id,
        payments.paid_at,
        payments.currency,
        payments.amount_minor,
        payments.report_currency,
        payments.amount,
        orders.policy_revenue_minor as order_policy_revenue_minor,
        orders.policy_revenue as order_policy_revenue,
        orders.unmatched_reason,
        orders.unmatched_emails,
        orders.nearest_contact_id,
        orders.nearest_contact_email,
        orders.payer_id,
        orders.stripe_customer_id
    from payments
    inner join orders
        on payments.connection = orders.connection and payments.order_id = orders.order_id
),

-- A sum over an amount without a rate would be too small: there is none.
payers as (
    select
        payer_id,
        count(*) as payer_payments,
        case when count(amount) = count(*) then sum(amount) end as payer_amount
    from unmatched
    group by payer_id
)

select
    unmatched.connection,
    unmatched.payment_id,
    unmatched.order_id,
    unmatched.paid_at,
    {{ local_date('unmatched.paid_at', report_timezone()) }} as report_date,
    unmatched.currency,
    unmatched.amount_minor,
    unmatched.report_currency,
    unmatched.amount,
    unmatched.order_policy_revenue_minor,
    unmatched.order_policy_revenue,
    unmatched.unmatched_reason,
    unmatched.unmatched_emails as candidate_emails,
    unmatched.nearest_contact_id,
    unmatched.nearest_contact_email,
    unmatched.payer_id,
    payers.payer_payments,
    cast(payers.payer_amount as numeric(38, 3)) as payer_amount,
    unmatched.stripe_customer_id
from unmatched
inner join payers on unmatched.payer_id = payers.payer_id
