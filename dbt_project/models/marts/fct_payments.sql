with payments as (
    select * from {{ ref('int_order_payments') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

report_currencies as (
    {{ report_currency_row() }}
),

owned as (
    select
        payments.connector,
        payments.connection,
        payments.payment_id,
        payments.order_id,
        case
            when orders.is_duplicate then 'duplicate_order'
            else payments.exclusion_reason
        end as exclusion_reason,
        payments.payment_intent_id as stripe_payment_intent_id,
        payments.customer_id as stripe_customer_id,
        payments.currency,
        payments.amount_minor,
        sum(payments.amount_minor) over (
            partition by payments.connection, payments.order_id
            order by payments.paid_at, payments.payment_id
            rows unbounded preceding
        ) as paid_so_far_minor,
        orders.report_currency,
        orders.report_rate,
        orders.payer_id,
        orders.person_id,
        orders.match_method,
        orders.match_email,
        orders.matched_contact_id,
        orders.unmatched_reason,
        payments.paid_at
    from payments
    left join orders
        on payments.connection = orders.connection and payments.order_id = orders.order_id
)

select
    owned.connector,
    owned.connection,
    owned.payment_id,
    owned.order_id,
    owned.exclusion_reason,
    owned.stripe_payment_intent_id,
    owned.stripe_customer_id,
    owned.currency,
    owned.amount_minor,
    owned.report_currency,
    {{ report_share(
        'owned.paid_so_far_minor', 'owned.amount_minor', 'owned.report_rate',
        'currencies.exponent', 'report_currencies.exponent'
    ) }} as amount,
    owned.payer_id,
    owned.person_id,
    owned.match_method,
    owned.match_email,
    owned.matched_contact_id,
    owned.unmatched_reason,
    owned.paid_at
from owned
left join currencies on owned.currency = currencies.currency
left join report_currencies on true
