{# Straight from staging: nothing that decides what an order is may be read here. #}
with charges as (
    select
        charges.*,
        payment_intents.payment_intent_id is not null as has_payment_intent,
        case
            when charges.status = 'succeeded' and charges.is_captured then charges.amount_captured_minor
            else charges.amount_minor
        end as total_minor
    from {{ ref('stg_stripe__charges') }} as charges
    left join {{ ref('stg_stripe__payment_intents') }} as payment_intents
        on
            charges.connection = payment_intents.connection
            and charges.payment_intent_id = payment_intents.payment_intent_id
    where not charges.is_test_data
),

latest_charges as (
    select
        connection,
        latest_charge_id as charge_id
    from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data and latest_charge_id is not null
    group by connection, latest_charge_id
),

file_orders as (
    select * from {{ ref('stg_files__orders') }}
    where not is_deleted
),

file_refunds as (
    select * from {{ ref('stg_files__refunds') }}
    where not is_deleted
)

select
    connection,
    'collected' as measure,
    charge_id as object_id,
    {{ utc_month('created_at') }} as month,
    currency,
    amount_captured_minor as amount_minor
from charges
where status = 'succeeded' and is_captured

union all

select
    connection,
    'refunds' as measure,
    refund_id as object_id,
    {{ utc_month('charged_at') }} as month,
    currency,
    amount_minor
from {{ ref('int_refund_charges') }}
where status = 'succeeded'

union all

select
    disputes.connection,
    'disputes' as measure,
    disputes.dispute_id as object_id,
    {{ utc_month('coalesce(charges.created_at, disputes.created_at)') }} as month,
    disputes.currency,
    disputes.amount_minor
from {{ ref('stg_stripe__disputes') }} as disputes
left join charges
    on disputes.connection = charges.connection and disputes.charge_id = charges.charge_id
where disputes.status = 'lost' and not disputes.is_test_data

union all

select
    connection,
    'order_total' as measure,
    invoice_id as object_id,
    {{ utc_month('created_at') }} as month,
    currency,
    coalesce(total_minor, 0) as amount_minor
from {{ ref('stg_stripe__invoices') }}
where not is_test_data

union all

select
    connection,
    'order_total' as measure,
    payment_intent_id as object_id,
    {{ utc_month('created_at') }} as month,
    currency,
    coalesce(case when status = 'succeeded' then amount_received_minor end, amount_minor, 0) as amount_minor
from {{ ref('stg_stripe__payment_intents') }}
where not is_test_data

union all

-- Charges without a PaymentIntent, and those whose PaymentIntent the raw layer does not hold.
select
    charges.connection,
    'order_total' as measure,
    coalesce(charges.payment_intent_id, charges.charge_id) as object_id,
    {{ utc_month('min(charges.created_at)') }} as month,
    max(charges.currency) as currency,
    cast(sum(charges.total_minor) as bigint) as amount_minor
from charges
left join latest_charges
    on charges.connection = latest_charges.connection and charges.charge_id = latest_charges.charge_id
where
    not charges.has_payment_intent
    and (charges.payment_intent_id is not null or latest_charges.charge_id is null)
group by charges.connection, coalesce(charges.payment_intent_id, charges.charge_id)

union all

-- What stands in the files.
select
    connection,
    'collected' as measure,
    order_id as object_id,
    {{ utc_month('coalesce(paid_at, ordered_at)') }} as month,
    currency,
    paid_minor as amount_minor
from file_orders

union all

select
    file_refunds.connection,
    'refunds' as measure,
    file_refunds.refund_id as object_id,
    {{ utc_month(
        'coalesce(file_orders.paid_at, file_orders.ordered_at, file_refunds.refunded_at)'
    ) }} as month,
    file_refunds.currency,
    file_refunds.amount_minor
from file_refunds
left join file_orders
    on file_refunds.connection = file_orders.connection and file_refunds.order_id = file_orders.order_id

union all

select
    connection,
    'order_total' as measure,
    order_id as object_id,
    {{ utc_month('ordered_at') }} as month,
    currency,
    total_minor as amount_minor
from file_orders
