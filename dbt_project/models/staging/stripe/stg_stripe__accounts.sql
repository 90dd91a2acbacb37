with documents as (
    {{ raw_documents('stripe', 'accounts') }}
)

select
    connection,
    id as account_id,
    coalesce(
        {{ json_text('data', 'settings.dashboard.display_name') }},
        {{ json_text('data', 'business_profile.name') }},
        {{ json_text('data', 'business_name') }}
    ) as account_name,
    {{ json_text('data', 'type') }} as account_type,
    {{ json_text('data', 'country') }} as country,
    lower({{ json_text('data', 'default_currency') }}) as default_currency,
    {{ json_boolean('data', 'charges_enabled') }} as is_charging,
    {{ json_boolean('data', 'payouts_enabled') }} as is_paying_out,
    is_deleted,
    created_at
from documents
