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
        false as is_residual,
        is_deleted
    from documents
),

carried as (
    select
        connection,
        ad_group_id,
        spend_date,
        sum(spend_micros) as spend_micros,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from of_ads
    where not is_deleted
    group by connection, ad_group_id, spend_date
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

residuals as (
    select
        campaign_days.connection,
        campaign_days.campaign_day_id || '/residual' as ad_day_id,
        campaign_days.ad_group_id,
        campaign_days.spend_date,
        cast(campaign_days.spend_micros - coalesce(carried.spend_micros, 0) as bigint) as spend_micros,
        cast(campaign_days.impressions - coalesce(carried.impressions, 0) as bigint) as impressions,
        cast(campaign_days.clicks - coalesce(carried.clicks, 0) as bigint) as clicks
    from campaign_days
    left join carried
        on
            campaign_days.connection = carried.connection
            and campaign_days.ad_group_id = carried.ad_group_id
            and campaign_days.spend_date = carried.spend_date
),

all_days as (
    select * from of_ads

    union all

    select
        connection,
        ad_day_id,
        ad_group_id,
        cast(null as {{ text_type() }}) as ad_id,
        spend_date,
        spend_micros,
        impressions,
        clicks,
        true as is_residual,
        false as is_deleted
    from residuals
    where spend_micros <> 0 or impressions <> 0 or clicks <> 0
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
