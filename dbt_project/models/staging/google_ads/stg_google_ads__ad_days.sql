with documents as (
    {{ raw_documents('google_ads', 'ad_days') }}
)

select
    connection,
    id as ad_day_id,
    {{ json_text('data', 'customer.id') }} as account_id,
    {{ json_text('data', 'customer.descriptiveName') }} as account_name,
    {{ json_text('data', 'campaign.id') }} as campaign_id,
    {{ json_text('data', 'campaign.name') }} as campaign_name,
    {{ json_text('data', 'adGroup.id') }} as ad_group_id,
    {{ json_text('data', 'adGroup.name') }} as ad_group_name,
    {{ json_text('data', 'adGroupAd.ad.id') }} as ad_id,
    {{ json_date('data', 'segments.date') }} as spend_date,
    lower({{ json_text('data', 'customer.currencyCode') }}) as currency,
    {{ json_text('data', 'customer.timeZone') }} as time_zone,
    coalesce({{ json_bigint('data', 'metrics.costMicros') }}, 0) as spend_micros,
    coalesce({{ json_bigint('data', 'metrics.impressions') }}, 0) as impressions,
    coalesce({{ json_bigint('data', 'metrics.clicks') }}, 0) as clicks,
    is_deleted
from documents
