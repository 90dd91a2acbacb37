with refunds as (
    select * from {{ ref('int_refund_charges') }}
),

charges as (
    select * from {{ ref('int_charges') }}
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
),

transacted as (
    select
        connection,
        source_id as refund_id
    from {{ ref('stg_stripe__balance_transactions') }}
    where source_id is not null
    group by connection, source_id
),

judged as (
    select
        refunds.*,
        payment_orders.order_id,
        payment_orders.exclusion_reason as payment_exclusion_reason,
        charges.charge_id is null as is_charge_missing,
        -- What was never captured is released, not given back.
        charges.charge_id is not null and (
            not charges.is_payment
            or (
                refunds.balance_transaction_id is null
                and transacted.refund_id is null
                and charges.amount_minor > charges.collected_minor
                and refunds.amount_minor = charges.amount_minor - charges.collected_minor
            )
        ) as is_release
    from refunds
    left join charges
        on refunds.connection = charges.connection and refunds.charge_id = charges.charge_id
    left join payment_orders
        on charges.connection = payment_orders.connection and charges.payment_key = payment_orders.payment_key
    left join transacted
        on refunds.connection = transacted.connection and refunds.refund_id = transacted.refund_id
)

select
    connection,
    refund_id,
    charge_id,
    order_id,
    balance_transaction_id,
    status,
    reason,
    currency,
    amount_minor,
    coalesce(status = 'succeeded' and not is_release and order_id is not null, false) as is_counted,
    case
        when is_charge_missing then 'charge_missing'
        when is_release then 'authorization_release'
        else payment_exclusion_reason
    end as exclusion_reason,
    charged_at,
    created_at
from judged
