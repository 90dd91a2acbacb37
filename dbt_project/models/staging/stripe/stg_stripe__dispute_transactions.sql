with documents as (
    {{ raw_documents('stripe', 'disputes') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as dispute_id,
    cast(item.position as bigint) as transaction_position,
    {{ json_element_id('item.value') }} as balance_transaction_id,
    lower({{ json_text('item.value', 'currency') }}) as currency,
    {{ json_bigint('item.value', 'amount') }} as amount_minor,
    {{ json_epoch('item.value', 'created') }} as moved_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data
from documents
left join connections on documents.connection = connections.connection
{{ explode_json_list('documents.data', 'balance_transactions', as='item') }}
