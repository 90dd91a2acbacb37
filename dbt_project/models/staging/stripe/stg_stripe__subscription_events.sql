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
    {{ json_text('documents.data', 'data.object.id') }} as subscription_id,
    {{ json_text('documents.data', 'data.object.status') }} as status,
    {{ json_text('documents.data', 'data.previous_attributes.status') }} as previous_status,
    {{ json_has('documents.data', 'data.previous_attributes.pause_collection') }} as is_pause_change,
    {{ json_text('documents.data', 'data.object.pause_collection.behavior') }} is not null as is_paused,
    coalesce(
        {{ subscription_items_signature('documents.data', 'data.previous_attributes.items.data') }}
        <> {{ subscription_items_signature('documents.data', 'data.object.items.data') }},
        {{ json_has('documents.data', 'data.previous_attributes.quantity') }}
        or {{ json_has('documents.data', 'data.previous_attributes.plan.id') }}
    ) as is_item_change,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
where
    {{ json_text('documents.data', 'data.object.object') }} = 'subscription'
    and not documents.is_deleted
