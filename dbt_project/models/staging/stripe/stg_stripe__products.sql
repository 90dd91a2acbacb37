with documents as (
    {{ raw_documents('stripe', 'products') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as product_id,
    {{ json_text('documents.data', 'name') }} as product_name,
    {{ json_boolean('documents.data', 'active') }} as is_active,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
