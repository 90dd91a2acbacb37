with ad_days as (
    select * from {{ ref('int_ad_days') }}
    where not is_deleted
),

currencies as (
    select * from {{ ref('currencies') }}
)

select
    ad_days.connector,
    ad_days.connection,
    ad_days.ad_day_id,
    ad_days.spend_date,
    ad_days.account_id,
    ad_days.account_name,
    ad_days.campaign_id,
    ad_days.campaign_name,
    ad_days.ad_group_id,
    ad_days.ad_group_name,
    ad_days.ad_id,
    ad_days.ad_name,
    ad_days.currency,
    ad_days.time_zone,
    ad_days.spend_micros,
    {{ micros_to_minor('ad_days.spend_micros', 'currencies.exponent') }} as spend_minor,
    ad_days.impressions,
    ad_days.clicks,
    ad_days.is_residual
from ad_days
left join currencies on ad_days.currency = currencies.currency
