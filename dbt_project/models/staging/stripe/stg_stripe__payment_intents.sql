{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_overwritten(this, source('stripe', 'payment_intents'), 'payment_intent_id') }}"
    ]
) }}

with documents as (
    {{ raw_documents('stripe', 'payment_intents', unless_built='payment_intent_id') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as payment_intent_id,
    {{ json_id('documents.data', 'customer') }} as customer_id,
    {{ json_id('documents.data', 'invoice') }} as invoice_id,
    {{ json_id('documents.data', 'latest_charge') }} as latest_charge_id,
    {{ json_text('documents.data', 'metadata.order_id') }} as metadata_order_id,
    {{ json_text('documents.data', 'status') }} as status,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ json_bigint('documents.data', 'amount') }} as amount_minor,
    {{ json_bigint('documents.data', 'amount_received') }} as amount_received_minor,
    {{ email_normal_form(json_text('documents.data', 'receipt_email')) }} as receipt_email,
    {{ metadata_values('documents.data', 'metadata', crm_id_metadata_keys()) }} as crm_contact_ids,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at,
    documents.row_version
from documents
left join connections on documents.connection = connections.connection
