{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_overwritten(this, source('stripe', 'balance_transactions'), 'balance_transaction_id') }}"
    ]
) }}

with documents as (
    {{ raw_documents('stripe', 'balance_transactions', unless_built='balance_transaction_id') }}
)

select
    connection,
    id as balance_transaction_id,
    {{ json_id('data', 'source') }} as source_id,
    {{ json_text('data', 'type') }} as transaction_type,
    {{ json_text('data', 'reporting_category') }} as reporting_category,
    lower({{ json_text('data', 'currency') }}) as currency,
    coalesce({{ json_bigint('data', 'amount') }}, 0) as amount_minor,
    coalesce({{ json_bigint('data', 'fee') }}, 0) as fee_minor,
    coalesce({{ json_bigint('data', 'net') }}, 0) as net_minor,
    {{ json_epoch('data', 'available_on') }} as available_at,
    is_deleted,
    created_at,
    row_version
from documents
