with documents as (
    select * from {{ ref('base_files__ad_days') }}
),

currencies as (
    select * from {{ ref('currencies') }}
)

select
    documents.connection,
    documents.id as ad_day_id,
    {{ json_text('documents.data', 'account_id') }} as account_id,
    {{ json_text('documents.data', 'account_name') }} as account_name,
    {{ json_text('documents.data', 'campaign_id') }} as campaign_id,
    {{ json_text('documents.data', 'campaign_name') }} as campaign_name,
    {{ json_text('documents.data', 'adset_id') }} as ad_group_id,
    {{ json_text('documents.data', 'adset_name') }} as ad_group_name,
    {{ json_text('documents.data', 'ad_id') }} as ad_id,
    {{ json_text('documents.data', 'ad_name') }} as ad_name,
    currencies.currency,
    {{ json_text('documents.data', 'time_zone') }} as time_zone,
    {{ json_text('documents.data', 'landing_url') }} as landing_url,
    {{ json_date('documents.data', 'date') }} as spend_date,
    {{ file_spend_micros('documents.data', 'currencies.exponent') }} as spend_micros,
    coalesce({{ json_bigint('documents.data', 'impressions') }}, 0) as impressions,
    coalesce({{ json_bigint('documents.data', 'clicks') }}, 0) as clicks,
    {{ json_text('documents.data', 'ad_id') }} is null as is_residual,
    documents.is_deleted
from documents
left join currencies on lower({{ json_text('documents.data', 'currency') }}) = currencies.currency
