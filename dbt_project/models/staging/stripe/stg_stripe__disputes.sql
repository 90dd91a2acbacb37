with documents as (
    {{ raw_documents('stripe', 'disputes') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as dispute_id,
    {{ json_id('documents.data', 'charge') }} as charge_id,
    {{ json_id('documents.data', 'payment_intent') }} as payment_intent_id,
    {{ json_text('documents.data', 'status') }} as status,
    {{ json_text('documents.data', 'reason') }} as reason,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    coalesce({{ json_bigint('documents.data', 'amount') }}, 0) as amount_minor,
    {{ json_epoch('documents.data', 'evidence_details.due_by') }} as evidence_due_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
