with documents as (
    {{ raw_documents('stripe', 'credit_notes') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as credit_note_id,
    {{ json_id('documents.data', 'invoice') }} as invoice_id,
    {{ json_id('documents.data', 'customer') }} as customer_id,
    coalesce(
        {{ json_id('documents.data', 'refunds.0.refund') }},
        {{ json_id('documents.data', 'refund') }}
    ) as refund_id,
    {{ json_text('documents.data', 'number') }} as credit_note_number,
    {{ json_text('documents.data', 'type') }} as credit_note_type,
    {{ json_text('documents.data', 'status') }} as status,
    {{ json_text('documents.data', 'reason') }} as reason,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ json_bigint('documents.data', 'total') }} as total_minor,
    coalesce(
        {{ json_list_sum('documents.data', 'total_taxes', 'amount') }},
        {{ json_list_sum('documents.data', 'tax_amounts', 'amount') }},
        0
    ) as tax_minor,
    {{ json_epoch('documents.data', 'voided_at') }} as voided_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
