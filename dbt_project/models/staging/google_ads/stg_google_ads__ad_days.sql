with documents as (
    {{ raw_documents('google_ads', 'ad_days') }}
),

campaign_documents as (
    {{ raw_documents('google_ads', 'campaign_days') }}
),

account_documents as (
    {{ raw_documents('google_ads', 'accounts') }}
),

listed_campaigns as (
    {{ raw_documents('google_ads', 'campaigns') }}
),

listed_ad_groups as (
    {{ raw_documents('google_ads', 'ad_groups') }}
),

listed_ads as (
    {{ raw_documents('google_ads', 'ads') }}
),

of_ads as (
    select
        connection,
        id as ad_day_id,
        {{ json_text('data', 'customer.id') }} as account_id,
        {{ json_text('data', 'campaign.id') }} as campaign_id,
        {{ json_text('data', 'adGroup.id') }} as ad_group_id,
        {{ json_text('data', 'adGroupAd.ad.id') }} as ad_id,
        {{ json_date('data', 'segments.date') }} as spend_date,
        {{ json_text('data', 'customer.descriptiveName') }} as account_name,
        {{ json_text('data', 'campaign.name') }} as campaign_name,
        {{ json_text('data', 'adGroup.name') }} as ad_group_name,
        {{ json_text('data', 'adGroupAd.ad.name') }} as ad_name,
        {{ json_text('data', 'customer.currencyCode') }} as currency,
        {{ json_text('data', 'customer.timeZone') }} as time_zone,
        coalesce({{ json_bigint('data', 'metrics.costMicros') }}, 0) as spend_micros,
        coalesce({{ json_bigint('data', 'metrics.impressions') }}, 0) as impressions,
        coalesce({{ json_bigint('data', 'metrics.clicks') }}, 0) as clicks,
        false as is_residual,
        is_deleted
    from documents
),

carried as (
    select
        connection,
        account_id,
        campaign_id,
        spend_date,
        sum(spend_micros) as spend_micros,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from of_ads
    where not is_deleted
    group by connection, account_id, campaign_id, spend_date
),

campaign_days as (
    select
        connection,
        id as campaign_day_id,
        {{ json_text('data', 'customer.id') }} as account_id,
        {{ json_text('data', 'campaign.id') }} as campaign_id,
        {{ json_date('data', 'segments.date') }} as spend_date,
        coalesce({{ json_bigint('data', 'metrics.costMicros') }}, 0) as spend_micros,
        coalesce({{ json_bigint('data', 'metrics.impressions') }}, 0) as impressions,
        coalesce({{ json_bigint('data', 'metrics.clicks') }}, 0) as clicks
    from campaign_documents
    where not is_deleted
),

residuals as (
    select
        campaign_days.connection,
        campaign_days.campaign_day_id || '/residual' as ad_day_id,
        campaign_days.account_id,
        campaign_days.campaign_id,
        campaign_days.spend_date,
        cast(campaign_days.spend_micros - coalesce(carried.spend_micros, 0) as bigint) as spend_micros,
        cast(campaign_days.impressions - coalesce(carried.impressions, 0) as bigint) as impressions,
        cast(campaign_days.clicks - coalesce(carried.clicks, 0) as bigint) as clicks
    from campaign_days
    left join carried
        on
            campaign_days.connection = carried.connection
            and campaign_days.account_id = carried.account_id
            and campaign_days.campaign_id = carried.campaign_id
            and campaign_days.spend_date = carried.spend_date
),

all_days as (
    select * from of_ads

    union all

    select
        connection,
        ad_day_id,
        account_id,
        campaign_id,
        cast(null as {{ text_type() }}) as ad_group_id,
        cast(null as {{ text_type() }}) as ad_id,
        spend_date,
        cast(null as {{ text_type() }}) as account_name,
        cast(null as {{ text_type() }}) as campaign_name,
        cast(null as {{ text_type() }}) as ad_group_name,
        cast(null as {{ text_type() }}) as ad_name,
        cast(null as {{ text_type() }}) as currency,
        cast(null as {{ text_type() }}) as time_zone,
        spend_micros,
        impressions,
        clicks,
        true as is_residual,
        false as is_deleted
    from residuals
    where spend_micros <> 0 or impressions <> 0 or clicks <> 0
),

accounts as (
    select
        connection,
        {{ json_text('data', 'customer.id') }} as account_id,
        {{ json_text('data', 'customer.descriptiveName') }} as account_name,
        {{ json_text('data', 'customer.currencyCode') }} as currency,
        {{ json_text('data', 'customer.timeZone') }} as time_zone
    from account_documents
),

campaigns as (
    select
        connection,
        {{ json_text('data', 'campaign.id') }} as campaign_id,
        {{ json_text('data', 'campaign.name') }} as campaign_name
    from listed_campaigns
),

ad_groups as (
    select
        connection,
        {{ json_text('data', 'adGroup.id') }} as ad_group_id,
        {{ json_text('data', 'adGroup.name') }} as ad_group_name
    from listed_ad_groups
),

ads as (
    select
        connection,
        {{ json_text('data', 'adGroup.id') }} as ad_group_id,
        {{ json_text('data', 'adGroupAd.ad.id') }} as ad_id,
        {{ json_text('data', 'adGroupAd.ad.name') }} as ad_name
    from listed_ads
)

select
    all_days.connection,
    all_days.ad_day_id,
    all_days.account_id,
    coalesce(accounts.account_name, all_days.account_name) as account_name,
    all_days.campaign_id,
    coalesce(campaigns.campaign_name, all_days.campaign_name) as campaign_name,
    all_days.ad_group_id,
    coalesce(ad_groups.ad_group_name, all_days.ad_group_name) as ad_group_name,
    all_days.ad_id,
    coalesce(ads.ad_name, all_days.ad_name) as ad_name,
    all_days.spend_date,
    lower(coalesce(accounts.currency, all_days.currency)) as currency,
    coalesce(accounts.time_zone, all_days.time_zone) as time_zone,
    all_days.spend_micros,
    all_days.impressions,
    all_days.clicks,
    all_days.is_residual,
    all_days.is_deleted
from all_days
left join accounts
    on all_days.connection = accounts.connection and all_days.account_id = accounts.account_id
left join campaigns
    on all_days.connection = campaigns.connection and all_days.campaign_id = campaigns.campaign_id
left join ad_groups
    on all_days.connection = ad_groups.connection and all_days.ad_group_id = ad_groups.ad_group_id
left join ads
    on
        all_days.connection = ads.connection
        and all_days.ad_group_id = ads.ad_group_id
        and all_days.ad_id = ads.ad_id
