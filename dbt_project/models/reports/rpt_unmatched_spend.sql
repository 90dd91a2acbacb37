with spend as (
    select * from {{ ref('int_ad_spend_days') }}
    where not is_tracked
)

select
    connection,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    currency,
    max(account_name) as account_name,
    max(campaign_name) as campaign_name,
    max(ad_group_name) as ad_group_name,
    max(ad_name) as ad_name,
    min(spend_date) as first_spend_date,
    max(spend_date) as last_spend_date,
    cast(sum(spend_micros) as bigint) as spend_micros,
    '{{ report_currency() }}' as report_currency,
    cast(case when count(*) = count(spend) then sum(spend) end as numeric(38, 6)) as spend,
    cast(sum(impressions) as bigint) as impressions,
    cast(sum(clicks) as bigint) as clicks,
    {{ as_of('acquisition') }} as as_of
from spend
group by connection, account_id, campaign_id, ad_group_id, ad_id, currency
