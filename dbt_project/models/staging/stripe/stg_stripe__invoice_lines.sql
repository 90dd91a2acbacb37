{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_overwritten(this, source('stripe', 'invoices'), 'invoice_id') }}"
    ]
) }}

with documents as (
    {{ raw_documents('stripe', 'invoices', unless_built='invoice_id') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as invoice_id,
    cast(line.position as bigint) as line_position,
    {{ json_text('line.value', 'id') }} as invoice_line_id,
    coalesce(
        {{ json_id('line.value', 'parent.subscription_item_details.subscription') }},
        {{ json_id('line.value', 'parent.invoice_item_details.subscription') }},
        {{ json_id('line.value', 'subscription') }}
    ) as subscription_id,
    coalesce(
        {{ json_id('line.value', 'parent.subscription_item_details.subscription_item') }},
        {{ json_id('line.value', 'subscription_item') }}
    ) as subscription_item_id,
    coalesce(
        {{ json_id('line.value', 'pricing.price_details.price') }},
        {{ json_id('line.value', 'price') }},
        {{ json_id('line.value', 'plan') }}
    ) as price_id,
    coalesce(
        {{ json_id('line.value', 'pricing.price_details.product') }},
        {{ json_id('line.value', 'price.product') }},
        {{ json_id('line.value', 'plan.product') }}
    ) as product_id,
    {{ json_text('line.value', 'description') }} as description,
    lower(coalesce(
        {{ json_text('line.value', 'currency') }}, {{ json_text('documents.data', 'currency') }}
    )) as currency,
    coalesce({{ json_bigint('line.value', 'amount') }}, 0) as amount_minor,
    coalesce({{ json_list_sum('line.value', 'discount_amounts', 'amount') }}, 0) as discount_minor,
    {{ json_bigint('line.value', 'quantity') }} as quantity,
    coalesce(
        {{ json_boolean('line.value', 'parent.subscription_item_details.proration') }},
        {{ json_boolean('line.value', 'parent.invoice_item_details.proration') }},
        {{ json_boolean('line.value', 'proration') }},
        false
    ) as is_proration,
    (
        {{ json_has('line.value', 'parent.subscription_item_details.subscription') }}
        or {{ json_text('line.value', 'subscription_item') }} is not null
        or coalesce({{ json_text('line.value', 'type') }} = 'subscription', false)
    ) as is_subscription_line,
    coalesce(
        {{ json_text('line.value', 'price.unit_amount_decimal') }},
        {{ json_text('line.value', 'price.unit_amount') }},
        {{ json_text('line.value', 'plan.amount_decimal') }},
        {{ json_text('line.value', 'plan.amount') }}
    ) as price_unit_amount_decimal,
    {{ json_text('line.value', 'pricing.unit_amount_decimal') }} as unit_amount_decimal,
    coalesce(
        {{ json_text('line.value', 'price.recurring.interval') }},
        {{ json_text('line.value', 'plan.interval') }}
    ) as billing_interval,
    coalesce(
        {{ json_bigint('line.value', 'price.recurring.interval_count') }},
        {{ json_bigint('line.value', 'plan.interval_count') }}
    ) as billing_interval_count,
    coalesce(
        {{ json_text('line.value', 'price.recurring.usage_type') }},
        {{ json_text('line.value', 'plan.usage_type') }}
    ) as usage_type,
    {{ inclusive_tax('line.value') }} as inclusive_tax_minor,
    {{ json_epoch('line.value', 'period.start') }} as period_starts_at,
    {{ json_epoch('line.value', 'period.end') }} as period_ends_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.row_version
from documents
left join connections on documents.connection = connections.connection
{{ explode_json_list('documents.data', 'lines.data', as='line') }}
