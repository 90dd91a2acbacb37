with documents as (
    {{ raw_documents('stripe', 'events') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as event_id,
    {{ json_text('documents.data', 'type') }} as event_type,
    {{ json_text('documents.data', 'data.object.id') }} as object_id,
    {{ json_text('documents.data', 'data.object.object') }} as object_kind,
    {{ json_text('documents.data', 'api_version') }} as api_version,
    {{ json_id('documents.data', 'request.id') }} as request_id,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
