with charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where not is_test_data
),

latest_charges as (
    select
        connection,
        latest_charge_id as charge_id,
        min(payment_intent_id) as payment_intent_id
    from {{ ref('stg_stripe__payment_intents') }}
    where latest_charge_id is not null and not is_test_data
    group by connection, latest_charge_id
)

select
    charges.connection,
    charges.charge_id,
    coalesce(charges.payment_intent_id, latest_charges.payment_intent_id) as payment_intent_id,
    coalesce(charges.payment_intent_id, latest_charges.payment_intent_id, charges.charge_id) as payment_key,
    charges.invoice_id,
    charges.customer_id,
    charges.balance_transaction_id,
    charges.status,
    charges.status = 'succeeded' and charges.is_captured as is_payment,
    charges.status = 'succeeded' and not charges.is_captured
    and charges.amount_refunded_minor = 0 as is_open_authorization,
    charges.currency,
    charges.amount_minor,
    case
        when charges.status = 'succeeded' and charges.is_captured then charges.amount_captured_minor
        else 0
    end as collected_minor,
    charges.is_captured,
    charges.billing_email,
    charges.receipt_email,
    charges.crm_contact_ids,
    charges.created_at
from charges
left join latest_charges
    on charges.connection = latest_charges.connection and charges.charge_id = latest_charges.charge_id
