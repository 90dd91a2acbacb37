with refunds as (
    select * from {{ ref('stg_stripe__refunds') }}
),

charges as (
    select * from {{ ref('stg_stripe__charges') }}
),

-- A refund that names only its PaymentIntent gives back the newest payment of it.
intent_payments as (
    select
        connection,
        payment_intent_id,
        charge_id,
        row_number() over (
            partition by connection, payment_intent_id
            order by
                case when status = 'succeeded' and is_captured then 0 else 1 end asc,
                created_at desc,
                charge_id asc
        ) as payment_rank
    from charges
    where payment_intent_id is not null
),

attached as (
    select
        refunds.*,
        coalesce(refunds.charge_id, intent_payments.charge_id) as attached_charge_id
    from refunds
    left join intent_payments
        on
            refunds.connection = intent_payments.connection
            and refunds.payment_intent_id = intent_payments.payment_intent_id
            and intent_payments.payment_rank = 1
)

select
    attached.connection,
    attached.refund_id,
    attached.attached_charge_id as charge_id,
    attached.balance_transaction_id,
    attached.status,
    attached.reason,
    attached.currency,
    attached.amount_minor,
    coalesce(charges.created_at, attached.created_at) as charged_at,
    attached.created_at
from attached
left join charges
    on attached.connection = charges.connection and attached.attached_charge_id = charges.charge_id
where not coalesce(charges.is_test_data, false)
