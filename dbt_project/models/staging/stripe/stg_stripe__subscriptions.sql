with documents as (
    {{ raw_documents('stripe', 'subscriptions') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as subscription_id,
    {{ json_id('documents.data', 'customer') }} as customer_id,
    {{ json_id('documents.data', 'latest_invoice') }} as latest_invoice_id,
    {{ json_text('documents.data', 'status') }} as status,
    {{ json_text('documents.data', 'collection_method') }} as collection_method,
    {{ json_text('documents.data', 'pause_collection.behavior') }} as pause_behavior,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ json_boolean('documents.data', 'cancel_at_period_end') }} as is_cancelled_at_period_end,
    {{ json_epoch('documents.data', 'start_date') }} as started_at,
    {{ json_epoch('documents.data', 'trial_start') }} as trial_started_at,
    {{ json_epoch('documents.data', 'trial_end') }} as trial_ends_at,
    coalesce(
        {{ json_epoch('documents.data', 'current_period_start') }},
        {{ json_epoch('documents.data', 'items.data.0.current_period_start') }}
    ) as current_period_starts_at,
    coalesce(
        {{ json_epoch('documents.data', 'current_period_end') }},
        {{ json_epoch('documents.data', 'items.data.0.current_period_end') }}
    ) as current_period_ends_at,
    {{ json_epoch('documents.data', 'cancel_at') }} as cancels_at,
    {{ json_epoch('documents.data', 'canceled_at') }} as cancellation_requested_at,
    {{ json_epoch('documents.data', 'ended_at') }} as ended_at,
    {{ json_text('documents.data', 'cancellation_details.reason') }} as cancellation_reason,
    {{ version_time('documents.version') }} as seen_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
