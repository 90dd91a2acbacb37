with documents as (
    {{ raw_documents('stripe', 'payout_transactions') }}
)

select
    documents.connection,
    documents.id as payout_id,
    cast(item.position as bigint) as transaction_position,
    {{ json_element_id('item.value') }} as balance_transaction_id
from documents
{{ explode_json_list('documents.data', 'balance_transactions', as='item') }}
