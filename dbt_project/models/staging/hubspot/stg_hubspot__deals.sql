with documents as (
    {{ raw_documents('hubspot', 'deals') }}
)

select
    connection,
    id as deal_id,
    {{ json_text('data', 'properties.dealname') }} as deal_name,
    {{ json_text('data', 'properties.pipeline') }} as pipeline_id,
    {{ json_text('data', 'properties.dealstage') }} as stage_id,
    {{ json_text('data', 'properties.hubspot_owner_id') }} as owner_id,
    lower({{ json_text('data', 'properties.deal_currency_code') }}) as currency,
    cast(nullif({{ json_text('data', 'properties.amount') }}, '') as numeric) as amount,
    {{ json_text('data', 'properties.hs_is_closed_won') }} = 'true' as is_won,
    is_deleted or coalesce({{ json_boolean('data', 'archived') }}, false) as is_deleted,
    created_at,
    cast(nullif({{ json_text('data', 'properties.closedate') }}, '') as {{ timestamp_type() }}) as closed_at
from documents
