with documents as (
    {{ raw_documents('meta_ads', 'ad_days') }}
),

past as (
    {{ raw_past('meta_ads', 'ad_days') }}
),

readings as (
    {{ readings_of_states() }}
)

select
    readings.connection,
    readings.id as ad_day_id,
    readings.read_at,
    {{ json_text('documents.data', 'account_id') }} as account_id,
    {{ json_text('documents.data', 'campaign_id') }} as campaign_id,
    {{ json_text('documents.data', 'ad_id') }} as ad_id,
    {{ json_date('documents.data', 'date_start') }} as spend_date,
    lower({{ json_text('documents.data', 'account_currency') }}) as currency,
    coalesce({{ decimal_micros(json_numeric('readings.data', 'spend')) }}, 0) as spend_micros,
    coalesce({{ json_bigint('readings.data', 'impressions') }}, 0) as impressions,
    coalesce({{ json_bigint('readings.data', 'clicks') }}, 0) as clicks,
    readings.is_deleted,
    readings.is_current
from readings
inner join documents
    on readings.connection = documents.connection and readings.id = documents.id
