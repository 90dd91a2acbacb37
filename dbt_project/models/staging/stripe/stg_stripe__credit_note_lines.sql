with documents as (
    {{ raw_documents('stripe', 'credit_notes') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as credit_note_id,
    cast(line.position as bigint) as line_position,
    {{ json_text('line.value', 'id') }} as credit_note_line_id,
    {{ json_id('line.value', 'invoice_line_item') }} as invoice_line_id,
    {{ json_text('line.value', 'type') }} as line_type,
    {{ json_text('line.value', 'description') }} as description,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    coalesce({{ json_bigint('line.value', 'amount') }}, 0) as amount_minor,
    coalesce({{ json_bigint('line.value', 'discount_amount') }}, 0) as discount_minor,
    coalesce(
        {{ json_list_sum('line.value', 'taxes', 'amount') }},
        {{ json_list_sum('line.value', 'tax_amounts', 'amount') }},
        0
    ) as tax_minor,
    {{ json_bigint('line.value', 'quantity') }} as quantity,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data
from documents
left join connections on documents.connection = connections.connection
{{ explode_json_list('documents.data', 'lines.data', as='line') }}
