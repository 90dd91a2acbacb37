with documents as (
    {{ raw_documents('stripe', 'prices') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as price_id,
    {{ json_id('documents.data', 'product') }} as product_id,
    {{ json_text('documents.data', 'nickname') }} as nickname,
    {{ json_text('documents.data', 'type') }} as price_type,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ json_bigint('documents.data', 'unit_amount') }} as unit_amount_minor,
    {{ json_text('documents.data', 'unit_amount_decimal') }} as unit_amount_decimal,
    {{ json_text('documents.data', 'recurring.interval') }} as billing_interval,
    {{ json_bigint('documents.data', 'recurring.interval_count') }} as billing_interval_count,
    {{ json_text('documents.data', 'recurring.usage_type') }} as usage_type,
    {{ json_text('documents.data', 'billing_scheme') }} as billing_scheme,
    {{ json_bigint('documents.data', 'transform_quantity.divide_by') }} as units_per_package,
    {{ json_text('documents.data', 'transform_quantity.round') }} as package_rounding,
    {{ json_boolean('documents.data', 'active') }} as is_active,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
