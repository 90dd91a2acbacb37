with documents as (
    {{ raw_documents('stripe', 'tax_rates') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as tax_rate_id,
    {{ json_text('documents.data', 'display_name') }} as tax_name,
    {{ json_text('documents.data', 'tax_type') }} as tax_type,
    {{ json_text('documents.data', 'country') }} as country,
    {{ json_text('documents.data', 'state') }} as state,
    {{ json_numeric('documents.data', 'percentage') }} as percentage,
    {{ json_numeric('documents.data', 'effective_percentage') }} as effective_percentage,
    {{ json_boolean('documents.data', 'inclusive') }} as is_inclusive,
    {{ json_boolean('documents.data', 'active') }} as is_active,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
