with spend as (
    select * from {{ ref('fct_ad_spend') }}
),

-- What an ad, or a campaign beyond its ads, spent on a day.
days as (
    select
        connector,
        connection,
        account_id,
        coalesce(campaign_id, '(none)') as campaign_id,
        coalesce(ad_group_id, '(none)') as ad_group_id,
        coalesce(ad_id, '(none)') as ad_id,
        spend_date,
        currency,
        max(account_name) as account_name,
        max(campaign_name) as campaign_name,
        max(ad_group_name) as ad_group_name,
        max(ad_name) as ad_name,
        cast(sum(spend_micros) as bigint) as spend_micros,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks
    from spend
    group by
        connector, connection, account_id, coalesce(campaign_id, '(none)'), coalesce(ad_group_id, '(none)'),
        coalesce(ad_id, '(none)'), spend_date, currency
),

rates as (
    select * from {{ ref('int_report_rates') }}
),

named as (
    select distinct
        ad_connection,
        campaign_id
    from {{ ref('int_touch_labels') }}
    where campaign_id is not null
)

select
    days.*,
    named.campaign_id is not null as is_tracked,
    {{ micros_to_major('days.spend_micros', 'rates.rate') }} as spend
from days
left join named on days.connection = named.ad_connection and days.campaign_id = named.campaign_id
left join rates on days.currency = rates.currency and days.spend_date = rates.rate_date
