with orders as (
    select * from {{ ref('fct_orders') }}
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where not is_test_data
),

payment_intents as (
    select * from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data
),

charges as (
    select * from {{ ref('int_charges') }}
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
),

-- Payments without a PaymentIntent in the raw layer: what their charges add up to.
loose_payments as (
    select
        charges.connection,
        charges.payment_key,
        max(charges.currency) as currency,
        min(charges.created_at) as created_at,
        cast(sum(
            case when charges.is_payment then charges.collected_minor else charges.amount_minor end
        ) as bigint) as total_minor
    from charges
    left join payment_intents
        on
            charges.connection = payment_intents.connection
            and charges.payment_key = payment_intents.payment_intent_id
    where payment_intents.payment_intent_id is null
    group by charges.connection, charges.payment_key
),

excluded_totals as (
    select
        connection,
        invoice_id as object_id,
        case when is_deleted then 'deleted_invoice' else status || '_invoice' end as exclusion_reason,
        currency,
        coalesce(total_minor, 0) as amount_minor,
        created_at
    from invoices
    where is_deleted or status in ('draft', 'void')

    union all

    select
        payment_intents.connection,
        payment_intents.payment_intent_id as object_id,
        case
            when payment_orders.order_source = 'invoice' then 'counted_as_invoice'
            else 'abandoned_checkout'
        end as exclusion_reason,
        payment_intents.currency,
        coalesce(
            case when payment_intents.status = 'succeeded' then payment_intents.amount_received_minor end,
            payment_intents.amount_minor,
            0
        ) as amount_minor,
        payment_intents.created_at
    from payment_intents
    left join payment_orders
        on
            payment_intents.connection = payment_orders.connection
            and payment_intents.payment_intent_id = payment_orders.payment_key
    where payment_orders.payment_key is null or payment_orders.order_source = 'invoice'

    union all

    select
        loose_payments.connection,
        loose_payments.payment_key as object_id,
        case
            when payment_orders.order_source = 'invoice' then 'counted_as_invoice'
            else 'further_attempts'
        end as exclusion_reason,
        loose_payments.currency,
        case
            when payment_orders.order_source = 'invoice' then loose_payments.total_minor
            else loose_payments.total_minor - orders.revenue_minor
        end as amount_minor,
        loose_payments.created_at
    from loose_payments
    inner join payment_orders
        on
            loose_payments.connection = payment_orders.connection
            and loose_payments.payment_key = payment_orders.payment_key
    left join orders
        on payment_orders.connection = orders.connection and payment_orders.order_id = orders.order_id
    where payment_orders.order_source = 'invoice' or loose_payments.total_minor <> orders.revenue_minor
)

select
    connection,
    'collected' as measure,
    payment_id as object_id,
    {{ utc_month('paid_at') }} as month,
    currency,
    amount_minor,
    person_id is not null as is_matched,
    exclusion_reason
from {{ ref('fct_payments') }}

union all

select
    connection,
    'refunds' as measure,
    refund_id as object_id,
    {{ utc_month('charged_at') }} as month,
    currency,
    amount_minor,
    person_id is not null as is_matched,
    exclusion_reason
from {{ ref('fct_refunds') }}

union all

select
    connection,
    'disputes' as measure,
    dispute_id as object_id,
    {{ utc_month('charged_at') }} as month,
    disputed_currency as currency,
    disputed_minor as amount_minor,
    person_id is not null as is_matched,
    exclusion_reason
from {{ ref('fct_disputes') }}
where is_lost

union all

select
    connection,
    'order_total' as measure,
    order_id as object_id,
    {{ utc_month('ordered_at') }} as month,
    currency,
    revenue_minor as amount_minor,
    person_id is not null as is_matched,
    case when is_duplicate then 'duplicate_order' end as exclusion_reason
from orders

union all

select
    connection,
    'order_total' as measure,
    object_id,
    {{ utc_month('created_at') }} as month,
    currency,
    amount_minor,
    false as is_matched,
    exclusion_reason
from excluded_totals
