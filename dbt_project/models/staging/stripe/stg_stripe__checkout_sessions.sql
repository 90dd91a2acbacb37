with documents as (
    {{ raw_documents('stripe', 'checkout_sessions') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as checkout_session_id,
    {{ json_id('documents.data', 'customer') }} as customer_id,
    {{ json_id('documents.data', 'payment_intent') }} as payment_intent_id,
    {{ json_id('documents.data', 'invoice') }} as invoice_id,
    {{ json_id('documents.data', 'subscription') }} as subscription_id,
    {{ json_text('documents.data', 'metadata.order_id') }} as metadata_order_id,
    {{ json_text('documents.data', 'mode') }} as checkout_mode,
    {{ json_text('documents.data', 'status') }} as status,
    {{ json_text('documents.data', 'payment_status') }} as payment_status,
    {{ email_normal_form(json_text('documents.data', 'customer_details.email')) }} as customer_email,
    {{ metadata_values('documents.data', 'metadata', crm_id_metadata_keys()) }} as crm_contact_ids,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ json_bigint('documents.data', 'amount_subtotal') }} as subtotal_minor,
    {{ json_bigint('documents.data', 'amount_total') }} as total_minor,
    coalesce({{ json_bigint('documents.data', 'total_details.amount_tax') }}, 0) as tax_minor,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at
from documents
left join connections on documents.connection = connections.connection
