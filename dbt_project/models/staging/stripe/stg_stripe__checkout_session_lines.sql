with documents as (
    {{ raw_documents('stripe', 'checkout_sessions') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as checkout_session_id,
    cast(line.position as bigint) as line_position,
    {{ json_text('line.value', 'id') }} as checkout_line_id,
    {{ json_id('line.value', 'price') }} as price_id,
    {{ json_id('line.value', 'price.product') }} as product_id,
    {{ json_text('line.value', 'description') }} as description,
    lower(coalesce(
        {{ json_text('line.value', 'currency') }}, {{ json_text('documents.data', 'currency') }}
    )) as currency,
    coalesce({{ json_bigint('line.value', 'amount_subtotal') }}, 0) as amount_minor,
    coalesce({{ json_bigint('line.value', 'amount_discount') }}, 0) as discount_minor,
    coalesce({{ json_bigint('line.value', 'amount_tax') }}, 0) as tax_minor,
    {{ json_bigint('line.value', 'quantity') }} as quantity,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data
from documents
left join connections on documents.connection = connections.connection
{{ explode_json_list('documents.data', 'line_items.data', as='line') }}
