with documents as (
    {{ raw_documents('stripe', 'invoice_items') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as invoice_item_id,
    {{ json_id('documents.data', 'customer') }} as customer_id,
    {{ json_id('documents.data', 'invoice') }} as invoice_id,
    coalesce(
        {{ json_id('documents.data', 'parent.subscription_details.subscription') }},
        {{ json_id('documents.data', 'subscription') }}
    ) as subscription_id,
    coalesce(
        {{ json_id('documents.data', 'pricing.price_details.price') }},
        {{ json_id('documents.data', 'price') }},
        {{ json_id('documents.data', 'plan') }}
    ) as price_id,
    coalesce(
        {{ json_id('documents.data', 'pricing.price_details.product') }},
        {{ json_id('documents.data', 'price.product') }},
        {{ json_id('documents.data', 'plan.product') }}
    ) as product_id,
    {{ json_text('documents.data', 'description') }} as description,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    coalesce({{ json_bigint('documents.data', 'amount') }}, 0) as amount_minor,
    {{ json_bigint('documents.data', 'quantity') }} as quantity,
    coalesce({{ json_boolean('documents.data', 'proration') }}, false) as is_proration,
    {{ json_epoch('documents.data', 'period.start') }} as period_starts_at,
    {{ json_epoch('documents.data', 'period.end') }} as period_ends_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
