with documents as (
    {{ raw_documents('stripe', 'refunds') }}
)

select
    connection,
    id as refund_id,
    {{ json_id('data', 'charge') }} as charge_id,
    {{ json_id('data', 'payment_intent') }} as payment_intent_id,
    {{ json_id('data', 'balance_transaction') }} as balance_transaction_id,
    {{ json_id('data', 'failure_balance_transaction') }} as failure_balance_transaction_id,
    {{ json_text('data', 'status') }} as status,
    {{ json_text('data', 'reason') }} as reason,
    lower({{ json_text('data', 'currency') }}) as currency,
    coalesce({{ json_bigint('data', 'amount') }}, 0) as amount_minor,
    is_deleted,
    created_at
from documents
