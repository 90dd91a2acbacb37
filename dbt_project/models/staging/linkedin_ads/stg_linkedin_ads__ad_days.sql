with documents as (
    {{ raw_documents('linkedin_ads', 'ad_days') }}
),

campaign_documents as (
    {{ raw_documents('linkedin_ads', 'campaign_days') }}
),

account_documents as (
    {{ raw_documents('linkedin_ads', 'accounts') }}
),

listed_groups as (
    {{ raw_documents('linkedin_ads', 'campaign_groups') }}
),

listed_campaigns as (
    {{ raw_documents('linkedin_ads', 'campaigns') }}
),

listed_creatives as (
    {{ raw_documents('linkedin_ads', 'creatives') }}
),

accounts as (
    select
        connection,
        {{ json_text('data', 'id') }} as account_id,
        {{ json_text('data', 'name') }} as account_name,
        {{ json_text('data', 'currency') }} as currency
    from account_documents
),

campaign_groups as (
    select
        connection,
        id as campaign_id,
        {{ json_text('data', 'name') }} as campaign_name
    from listed_groups
),

campaigns as (
    select
        connection,
        id as ad_group_id,
        {{ json_text('data', 'name') }} as ad_group_name,
        {{ json_urn_id('data', 'campaignGroup') }} as campaign_id
    from listed_campaigns
),

creatives as (
    select
        connection,
        id as ad_id,
        {{ json_text('data', 'name') }} as ad_name
    from listed_creatives
),

of_ads as (
    select
        connection,
        id as ad_day_id,
        {{ json_urn_id('data', 'pivotValues.0') }} as ad_group_id,
        {{ json_urn_id('data', 'pivotValues.1') }} as ad_id,
        {{ json_date_parts('data', 'dateRange.start') }} as spend_date,
        coalesce({{ decimal_micros(json_numeric('data', 'costInLocalCurrency')) }}, 0) as spend_micros,
        coalesce({{ json_bigint('data', 'impressions') }}, 0) as impressions,
        coalesce({{ json_bigint('data', 'clicks') }}, 0) as clicks,
        is_deleted
    from documents
),

campaign_days as (
    select
        connection,
        id as campaign_day_id,
        {{ json_urn_id('data', 'pivotValues.0') }} as ad_group_id,
        {{ json_date_parts('data', 'dateRange.start') }} as spend_date,
        coalesce({{ decimal_micros(json_numeric('data', 'costInLocalCurrency')) }}, 0) as spend_micros,
        coalesce({{ json_bigint('data', 'impressions') }}, 0) as impressions,
        coalesce({{ json_bigint('data', 'clicks') }}, 0) as clicks
    from campaign_documents
    where not is_deleted
),

all_days as (
    {{ ad_days_with_residuals(keys=['ad_group_id'], unknown=['ad_id']) }}
)

select
    all_days.connection,
    all_days.ad_day_id,
    accounts.account_id,
    accounts.account_name,
    campaigns.campaign_id,
    campaign_groups.campaign_name,
    all_days.ad_group_id,
    campaigns.ad_group_name,
    all_days.ad_id,
    creatives.ad_name,
    all_days.spend_date,
    lower(accounts.currency) as currency,
    'UTC' as time_zone,
    all_days.spend_micros,
    all_days.impressions,
    all_days.clicks,
    all_days.is_residual,
    all_days.is_deleted
from all_days
left join accounts
    on all_days.connection = accounts.connection
left join campaigns
    on all_days.connection = campaigns.connection and all_days.ad_group_id = campaigns.ad_group_id
left join campaign_groups
    on
        campaigns.connection = campaign_groups.connection
        and campaigns.campaign_id = campaign_groups.campaign_id
left join creatives
    on all_days.connection = creatives.connection and all_days.ad_id = creatives.ad_id
