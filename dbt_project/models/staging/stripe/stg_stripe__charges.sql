{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_overwritten(this, source('stripe', 'charges'), 'charge_id') }}"
    ]
) }}

with documents as (
    {{ raw_documents('stripe', 'charges', unless_built='charge_id') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
),

charges as (
    select
        documents.connection,
        documents.id as charge_id,
        {{ json_id('documents.data', 'payment_intent') }} as payment_intent_id,
        {{ json_id('documents.data', 'invoice') }} as invoice_id,
        {{ json_id('documents.data', 'customer') }} as customer_id,
        {{ json_id('documents.data', 'balance_transaction') }} as balance_transaction_id,
        {{ json_id('documents.data', 'failure_balance_transaction') }} as failure_balance_transaction_id,
        {{ json_text('documents.data', 'metadata.order_id') }} as metadata_order_id,
        {{ json_text('documents.data', 'status') }} as status,
        {{ json_boolean('documents.data', 'paid') }} as is_paid,
        {{ json_boolean('documents.data', 'captured') }} as is_captured,
        lower({{ json_text('documents.data', 'currency') }}) as currency,
        coalesce({{ json_bigint('documents.data', 'amount') }}, 0) as amount_minor,
        {{ json_bigint('documents.data', 'amount_captured') }} as amount_captured_minor,
        coalesce({{ json_bigint('documents.data', 'amount_refunded') }}, 0) as amount_refunded_minor,
        {{ email_normal_form(json_text('documents.data', 'billing_details.email')) }} as billing_email,
        {{ email_normal_form(json_text('documents.data', 'receipt_email')) }} as receipt_email,
        {{ metadata_values('documents.data', 'metadata', crm_id_metadata_keys()) }} as crm_contact_ids,
        {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
        documents.is_deleted,
        documents.row_version,
        documents.created_at
    from documents
    left join connections on documents.connection = connections.connection
),

-- Shapes before 2015 say 'paid' or only the flag; before 2020 there is no amount_captured.
settled as (
    select
        charges.*,
        case
            when status = 'paid' or (status is null and is_paid) then 'succeeded'
            else coalesce(status, 'failed')
        end as charge_status,
        coalesce(is_captured, coalesce(amount_captured_minor, amount_minor) > 0) as was_captured
    from charges
)

select
    connection,
    charge_id,
    payment_intent_id,
    invoice_id,
    customer_id,
    balance_transaction_id,
    failure_balance_transaction_id,
    metadata_order_id,
    charge_status as status,
    was_captured as is_captured,
    currency,
    amount_minor,
    case
        when was_captured then coalesce(amount_captured_minor, amount_minor)
        else 0
    end as amount_captured_minor,
    amount_refunded_minor,
    billing_email,
    receipt_email,
    crm_contact_ids,
    is_test_data,
    is_deleted,
    created_at,
    row_version
from settled
