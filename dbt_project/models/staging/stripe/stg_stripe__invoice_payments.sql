{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_overwritten(this, source('stripe', 'invoice_payments'), 'invoice_payment_id') }}"
    ]
) }}

with documents as (
    {{ raw_documents('stripe', 'invoice_payments', unless_built='invoice_payment_id') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as invoice_payment_id,
    {{ json_id('documents.data', 'invoice') }} as invoice_id,
    {{ json_text('documents.data', 'payment.type') }} as payment_type,
    {{ json_id('documents.data', 'payment.payment_intent') }} as payment_intent_id,
    {{ json_id('documents.data', 'payment.charge') }} as charge_id,
    {{ json_text('documents.data', 'status') }} as status,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ json_bigint('documents.data', 'amount_paid') }} as amount_paid_minor,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at,
    documents.row_version
from documents
left join connections on documents.connection = connections.connection
