with documents as (
    {{ raw_documents('stripe', 'subscriptions') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as subscription_id,
    cast(item.position as bigint) as item_position,
    {{ json_text('item.value', 'id') }} as subscription_item_id,
    coalesce({{ json_id('item.value', 'price') }}, {{ json_id('item.value', 'plan') }}) as price_id,
    coalesce(
        {{ json_id('item.value', 'price.product') }}, {{ json_id('item.value', 'plan.product') }}
    ) as product_id,
    lower(coalesce(
        {{ json_text('item.value', 'price.currency') }},
        {{ json_text('item.value', 'plan.currency') }},
        {{ json_text('documents.data', 'currency') }}
    )) as currency,
    coalesce(
        {{ json_bigint('item.value', 'price.unit_amount') }}, {{ json_bigint('item.value', 'plan.amount') }}
    ) as unit_amount_minor,
    coalesce(
        {{ json_text('item.value', 'price.unit_amount_decimal') }},
        {{ json_text('item.value', 'plan.amount_decimal') }}
    ) as unit_amount_decimal,
    coalesce(
        {{ json_text('item.value', 'price.recurring.interval') }},
        {{ json_text('item.value', 'plan.interval') }}
    ) as billing_interval,
    coalesce(
        {{ json_bigint('item.value', 'price.recurring.interval_count') }},
        {{ json_bigint('item.value', 'plan.interval_count') }}
    ) as billing_interval_count,
    coalesce(
        {{ json_text('item.value', 'price.recurring.usage_type') }},
        {{ json_text('item.value', 'plan.usage_type') }}
    ) as usage_type,
    coalesce(
        {{ json_text('item.value', 'price.billing_scheme') }},
        {{ json_text('item.value', 'plan.billing_scheme') }}
    ) as billing_scheme,
    {{ json_bigint('item.value', 'quantity') }} as quantity,
    {{ json_epoch('item.value', 'created') }} as created_at,
    coalesce(
        {{ json_epoch('item.value', 'current_period_start') }},
        {{ json_epoch('documents.data', 'current_period_start') }}
    ) as current_period_starts_at,
    coalesce(
        {{ json_epoch('item.value', 'current_period_end') }},
        {{ json_epoch('documents.data', 'current_period_end') }}
    ) as current_period_ends_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data
from documents
left join connections on documents.connection = connections.connection
{{ explode_json_list('documents.data', 'items.data', as='item') }}
