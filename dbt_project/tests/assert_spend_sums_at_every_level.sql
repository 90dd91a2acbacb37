-- Ads and residual of a day are what the platform says a campaign spent, so every level sums to the account.
-- LinkedIn's campaigns stand where others have ad groups.
with google_documents as (
    {{ raw_documents('google_ads', 'campaign_days') }}
),

meta_documents as (
    {{ raw_documents('meta_ads', 'campaign_days') }}
),

linkedin_documents as (
    {{ raw_documents('linkedin_ads', 'campaign_days') }}
),

campaign_days as (
    select
        connection,
        {{ json_text('data', 'customer.id') }} || '/' || {{ json_text('data', 'campaign.id') }} as level_id,
        {{ json_date('data', 'segments.date') }} as spend_date,
        coalesce({{ json_numeric('data', 'metrics.costMicros') }}, 0) as spend_micros
    from google_documents
    where not is_deleted

    union all

    select
        connection,
        {{ json_text('data', 'account_id') }} || '/' || {{ json_text('data', 'campaign_id') }} as level_id,
        {{ json_date('data', 'date_start') }} as spend_date,
        coalesce({{ json_numeric('data', 'spend') }}, 0) * 1000000 as spend_micros
    from meta_documents
    where not is_deleted

    union all

    select
        connection,
        {{ json_urn_id('data', 'pivotValues.0') }} as level_id,
        {{ json_date_parts('data', 'dateRange.start') }} as spend_date,
        coalesce({{ json_numeric('data', 'costInLocalCurrency') }}, 0) * 1000000 as spend_micros
    from linkedin_documents
    where not is_deleted
),

spend as (
    select
        connection,
        spend_date,
        spend_micros,
        case
            when connector = 'linkedin_ads' then ad_group_id
            else account_id || '/' || campaign_id
        end as level_id
    from {{ ref('fct_ad_spend') }}
),

summed as (
    select
        connection,
        level_id,
        spend_date,
        sum(spend_micros) as spend_micros
    from spend
    group by connection, level_id, spend_date
)

select
    campaign_days.connection,
    campaign_days.level_id,
    campaign_days.spend_date,
    campaign_days.spend_micros as campaign_micros,
    summed.spend_micros as summed_micros
from campaign_days
left join summed
    on
        campaign_days.connection = summed.connection
        and campaign_days.level_id = summed.level_id
        and campaign_days.spend_date = summed.spend_date
where round(campaign_days.spend_micros) <> coalesce(summed.spend_micros, 0)
