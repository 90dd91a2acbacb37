with documents as (
    {{ raw_documents('stripe', 'payouts') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as payout_id,
    {{ json_id('documents.data', 'balance_transaction') }} as balance_transaction_id,
    {{ json_id('documents.data', 'failure_balance_transaction') }} as failure_balance_transaction_id,
    {{ json_id('documents.data', 'reversed_by') }} as reversed_by_payout_id,
    {{ json_text('documents.data', 'status') }} as status,
    {{ json_text('documents.data', 'reconciliation_status') }} as reconciliation_status,
    {{ json_text('documents.data', 'method') }} as payout_method,
    {{ json_text('documents.data', 'failure_code') }} as failure_code,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    coalesce({{ json_bigint('documents.data', 'amount') }}, 0) as amount_minor,
    coalesce({{ json_boolean('documents.data', 'automatic') }}, false) as is_automatic,
    {{ json_epoch('documents.data', 'arrival_date') }} as arrives_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
