with orders as (
    select * from {{ ref('fct_orders') }}
    where person_id is null and not is_duplicate
),

stripe_payments as (
    select * from {{ ref('fct_payments') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- A file lists no payments: what its order collected is one.
payments as (
    select
        connection,
        payment_id,
        order_id,
        paid_at,
        amount_minor
    from stripe_payments
    where order_id is not null

    union all

    select
        connection,
        order_id as payment_id,
        order_id,
        coalesce(paid_at, ordered_at) as paid_at,
        collected_minor as amount_minor
    from orders
    where connector = 'files' and collected_minor > 0
),

unmatched as (
    select
        payments.connection,
        payments.payment_id,
        payments.order_id,
        payments.paid_at,
        orders.currency,
        payments.amount_minor,
        {{ major_units('payments.amount_minor', 'currencies.exponent') }} as amount,
        orders.report_currency,
        {{ report_amount(
            'payments.amount_minor', 'orders.report_rate', 'currencies.exponent', 'report_currencies.exponent'
        ) }} as report_amount,
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
    left join currencies on orders.currency = currencies.currency
    left join currencies as report_currencies on orders.report_currency = report_currencies.currency
),

-- A sum over an amount without a rate would be too small: there is none.
payers as (
    select
        payer_id,
        count(*) as payer_payments,
        case when count(report_amount) = count(*) then sum(report_amount) end as payer_report_amount
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
    unmatched.amount,
    unmatched.report_currency,
    unmatched.report_amount,
    unmatched.order_policy_revenue_minor,
    unmatched.order_policy_revenue,
    unmatched.unmatched_reason,
    unmatched.unmatched_emails as candidate_emails,
    unmatched.nearest_contact_id,
    unmatched.nearest_contact_email,
    unmatched.payer_id,
    payers.payer_payments,
    cast(payers.payer_report_amount as numeric(38, 3)) as payer_report_amount,
    unmatched.stripe_customer_id
from unmatched
inner join payers on unmatched.payer_id = payers.payer_id
