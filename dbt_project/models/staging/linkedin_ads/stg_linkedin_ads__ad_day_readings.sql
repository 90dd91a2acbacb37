with documents as (
    {{ raw_documents('linkedin_ads', 'ad_days') }}
),

past as (
    {{ raw_past('linkedin_ads', 'ad_days') }}
),

account_documents as (
    {{ raw_documents('linkedin_ads', 'accounts') }}
),

campaign_documents as (
    {{ raw_documents('linkedin_ads', 'campaigns') }}
),

readings as (
    {{ readings_of_states() }}
)

select
    readings.connection,
    readings.id as ad_day_id,
    readings.read_at,
    {{ json_text('account_documents.data', 'id') }} as account_id,
    {{ json_urn_id('campaign_documents.data', 'campaignGroup') }} as campaign_id,
    {{ json_urn_id('documents.data', 'pivotValues.1') }} as ad_id,
    {{ json_date_parts('documents.data', 'dateRange.start') }} as spend_date,
    lower({{ json_text('account_documents.data', 'currency') }}) as currency,
    coalesce({{ decimal_micros(json_numeric('readings.data', 'costInLocalCurrency')) }}, 0) as spend_micros,
    coalesce({{ json_bigint('readings.data', 'impressions') }}, 0) as impressions,
    coalesce({{ json_bigint('readings.data', 'clicks') }}, 0) as clicks,
    readings.is_deleted,
    readings.is_current
from readings
inner join documents
    on readings.connection = documents.connection and readings.id = documents.id
left join account_documents
    on documents.connection = account_documents.connection
left join campaign_documents
    on
        documents.connection = campaign_documents.connection
        and {{ json_urn_id('documents.data', 'pivotValues.0') }} = campaign_documents.id
