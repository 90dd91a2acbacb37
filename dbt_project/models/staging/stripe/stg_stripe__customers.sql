{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_overwritten(this, source('stripe', 'customers'), 'customer_id') }}"
    ]
) }}

with documents as (
    {{ raw_documents('stripe', 'customers', unless_built='customer_id') }}
),

connections as (
    select * from {{ ref('base_ingest__connections') }}
)

select
    documents.connection,
    documents.id as customer_id,
    {{ json_text('documents.data', 'email') }} as email,
    {{ email_normal_form(json_text('documents.data', 'email')) }} as email_normalized,
    {{ json_text('documents.data', 'name') }} as customer_name,
    {{ metadata_values('documents.data', 'metadata', crm_id_metadata_keys()) }} as crm_contact_ids,
    lower({{ json_text('documents.data', 'currency') }}) as currency,
    {{ is_test_data(json_boolean('documents.data', 'livemode'), 'connections.is_test') }} as is_test_data,
    documents.is_deleted,
    documents.created_at,
    documents.row_version
from documents
left join connections on documents.connection = connections.connection
