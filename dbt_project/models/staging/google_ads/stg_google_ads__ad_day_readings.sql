with documents as (
    {{ raw_documents('google_ads', 'ad_days') }}
),

past as (
    {{ raw_past('google_ads', 'ad_days') }}
),

account_documents as (
    {{ raw_documents('google_ads', 'accounts') }}
),

readings as (
    {{ readings_of_states() }}
)

select
    readings.connection,
    readings.id as ad_day_id,
    readings.read_at,
    {{ json_text('documents.data', 'customer.id') }} as account_id,
    {{ json_text('documents.data', 'campaign.id') }} as campaign_id,
    {{ json_text('documents.data', 'adGroupAd.ad.id') }} as ad_id,
    {{ json_date('documents.data', 'segments.date') }} as spend_date,
    lower(
        coalesce(
            {{ json_text('account_documents.data', 'customer.currencyCode') }},
            {{ json_text('documents.data', 'customer.currencyCode') }}
        )
    ) as currency,
    coalesce({{ json_bigint('readings.data', 'metrics.costMicros') }}, 0) as spend_micros,
    coalesce({{ json_bigint('readings.data', 'metrics.impressions') }}, 0) as impressions,
    coalesce({{ json_bigint('readings.data', 'metrics.clicks') }}, 0) as clicks,
    readings.is_deleted,
    readings.is_current
from readings
inner join documents
    on readings.connection = documents.connection and readings.id = documents.id
left join account_documents
    on
        documents.connection = account_documents.connection
        and {{ json_text('documents.data', 'customer.id') }} = account_documents.id
