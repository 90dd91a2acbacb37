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
    {{ json_id('documents.data', 'customer') }} as customer_id,
    coalesce(
        {{ json_id('documents.data', 'parent.subscription_details.subscription') }},
        {{ json_id('documents.data', 'subscription') }}
    ) as subscription_id,
    {{ json_id('documents.data', 'payment_intent') }} as payment_intent_id,
    {{ json_id('documents.data', 'charge') }} as charge_id,
    coalesce(
        {{ json_text('documents.data', 'status') }},
        case
            when {{ json_boolean('documents.data', 'paid') }} then 'paid'
            when {{ json_boolean('documents.data', 'forgiven') }} then 'uncollectible'
            else 'open'
        end
    ) as status,
    {{ json_text('documents.data', 'metadata.order_id') }} as metadata_order_id,
    {{ json_text('documents.data', 'billing_reason') }} as billing_reason,
    {{ json_text('documents.data', 'number') }} as invoice_number,
    {{ email_normal_form(json_text('documents.data', 'customer_email')) }} as customer_email,
    {{ metadata_values('documents.data', 'metadata', crm_id_metadata_keys()) }} as crm_contact_ids,
    coalesce(
        {{ metadata_values(
            'documents.data', 'parent.subscription_details.metadata', crm_id_metadata_keys()
        ) }},
        {{ metadata_values('documents.data', 'subscription_details.metadata', crm_id_metadata_keys()) }}
    ) as subscription_crm_contact_ids,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    coalesce(
        {{ json_bigint('documents.data', 'total') }}, {{ json_bigint('documents.data', 'amount_due') }}
    ) as total_minor,
    {{ json_bigint('documents.data', 'amount_remaining') }} as remaining_minor,
    coalesce(
        {{ json_bigint('documents.data', 'tax') }},
        {{ json_list_sum('documents.data', 'total_taxes', 'amount') }},
        {{ json_list_sum('documents.data', 'total_tax_amounts', 'amount') }},
        {{ json_bigint('documents.data', 'total') }}
        - {{ json_bigint('documents.data', 'total_excluding_tax') }},
        0
    ) as tax_minor,
    coalesce({{ json_bigint('documents.data', 'attempt_count') }}, 0) as attempt_count,
    coalesce({{ json_boolean('documents.data', 'attempted') }}, false) as is_attempted,
    coalesce({{ json_boolean('documents.data', 'paid_out_of_band') }}, false) as is_paid_out_of_band,
    {{ json_epoch('documents.data', 'status_transitions.finalized_at') }} as finalized_at,
    {{ json_epoch('documents.data', 'status_transitions.paid_at') }} as paid_at,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at,
    documents.row_version
from documents
left join connections on documents.connection = connections.connection
