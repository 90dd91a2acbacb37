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
        is_deleted
    from documents
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

all_days as (
    {{ ad_days_with_residuals(
        keys=['account_id', 'campaign_id'],
        unknown=[
            'ad_group_id', 'ad_id', 'account_name', 'campaign_name', 'ad_group_name', 'ad_name', 'currency', 'time_zone'
        ]
    ) }}
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
