with spend as (
    select * from {{ ref('int_ad_spend_days') }}
),

days as (
    select * from {{ ref('int_attribution_days') }}
),

labels as (
    select * from {{ ref('int_touch_labels') }}
),

named as (
    select distinct
        ad_connection,
        campaign_id
    from labels
    where campaign_id is not null
),

ads as (
    select * from {{ ref('dim_ads') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

models as (
    {% for model in rule_models() + data_models() %}
    select '{{ model }}' as model
    {{ "union all" if not loop.last }}
    {% endfor %}
),

-- What touches of ads earned: an ad's, a campaign's, or nobody's when a paid click names none.
earned as (
    select
        days.*,
        coalesce(labels.ad_connection, '(untracked)') as ad_connection,
        coalesce(campaigns.account_id, ads.account_id, '(untracked)') as account_id,
        coalesce(labels.campaign_id, '(untracked)') as campaign_id,
        coalesce(ads.ad_group_id, '(none)') as ad_group_id,
        coalesce(labels.ad_id, '(none)') as ad_id
    from days
    inner join labels on days.label_id = labels.label_id
    left join ads on labels.ad_connection = ads.connection and labels.ad_id = ads.ad_id
    left join campaigns
        on labels.ad_connection = campaigns.connection and labels.campaign_id = campaigns.campaign_id
    where labels.campaign_id is not null or labels.channel in ('paid', 'display')
),

spent_rows as (
    select
        spend.spend_date as report_date,
        models.model,
        spend.connection,
        spend.account_id,
        spend.campaign_id,
        spend.ad_group_id,
        spend.ad_id,
        spend.currency,
        spend.spend_micros,
        spend.spend,
        spend.impressions,
        spend.clicks,
        0 as leads,
        0 as customers,
        0 as revenue_by_order_date_minor,
        0 as revenue_by_touch_date_minor,
        0 as net_revenue_by_order_date_minor,
        0 as net_revenue_by_touch_date_minor
    from spend
    cross join models
),

earned_rows as (
    select
        report_date,
        model,
        ad_connection as connection,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        cast(null as {{ text_type() }}) as currency,
        0 as spend_micros,
        0 as spend,
        0 as impressions,
        0 as clicks,
        case when date_basis = 'order_date' then leads else 0 end as leads,
        case when date_basis = 'order_date' then customers else 0 end as customers,
        case when date_basis = 'order_date' then report_revenue_minor else 0 end
            as revenue_by_order_date_minor,
        case when date_basis = 'touch_date' then report_revenue_minor else 0 end
            as revenue_by_touch_date_minor,
        case when date_basis = 'order_date' then report_net_revenue_minor else 0 end
            as net_revenue_by_order_date_minor,
        case when date_basis = 'touch_date' then report_net_revenue_minor else 0 end
            as net_revenue_by_touch_date_minor
    from earned
),

all_rows as (
    select * from spent_rows

    union all

    select * from earned_rows
),

-- An amount without a rate leaves its sum unknown.
totals as (
    select
        report_date,
        model,
        connection,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        max(currency) as currency,
        cast(sum(spend_micros) as bigint) as spend_micros,
        case when count(*) = count(spend) then sum(spend) end as spend,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(leads) as {{ fraction_type() }}) as leads,
        cast(sum(customers) as {{ fraction_type() }}) as customers,
        case when count(*) = count(revenue_by_order_date_minor) then sum(revenue_by_order_date_minor) end
            as revenue_by_order_date_minor,
        case when count(*) = count(revenue_by_touch_date_minor) then sum(revenue_by_touch_date_minor) end
            as revenue_by_touch_date_minor,
        case
            when count(*) = count(net_revenue_by_order_date_minor)
                then sum(net_revenue_by_order_date_minor)
        end
            as net_revenue_by_order_date_minor,
        case
            when count(*) = count(net_revenue_by_touch_date_minor)
                then sum(net_revenue_by_touch_date_minor)
        end
            as net_revenue_by_touch_date_minor
    from all_rows
    group by report_date, model, connection, account_id, campaign_id, ad_group_id, ad_id
)

select
    totals.report_date,
    totals.model,
    totals.connection,
    totals.account_id,
    totals.campaign_id,
    totals.ad_group_id,
    totals.ad_id,
    case
        when named.campaign_id is not null then coalesce(campaigns.campaign_name, totals.campaign_id)
        else '(untracked)'
    end as campaign,
    campaigns.account_name,
    campaigns.campaign_name,
    ads.ad_group_name,
    ads.ad_name,
    totals.model <> 'any_touch' as is_additive,
    totals.currency,
    totals.spend_micros,
    '{{ report_currency() }}' as report_currency,
    cast(totals.spend as numeric(38, 6)) as spend,
    totals.impressions,
    totals.clicks,
    totals.leads,
    totals.customers,
    {{ major_units('totals.revenue_by_order_date_minor', 'currencies.exponent') }} as revenue_by_order_date,
    {{ major_units('totals.revenue_by_touch_date_minor', 'currencies.exponent') }} as revenue_by_touch_date,
    {{ major_units('totals.net_revenue_by_order_date_minor', 'currencies.exponent') }}
        as net_revenue_by_order_date,
    {{ major_units('totals.net_revenue_by_touch_date_minor', 'currencies.exponent') }}
        as net_revenue_by_touch_date,
    {{ ratio('totals.spend', 'totals.leads') }} as cpl,
    {{ ratio('totals.spend', 'totals.customers') }} as cpa,
    {{ ratio(major_units('totals.revenue_by_order_date_minor', 'currencies.exponent'), 'totals.spend') }}
        as roas_by_order_date,
    {{ ratio(major_units('totals.revenue_by_touch_date_minor', 'currencies.exponent'), 'totals.spend') }}
        as roas_by_touch_date
from totals
left join campaigns on totals.connection = campaigns.connection and totals.campaign_id = campaigns.campaign_id
left join ads on totals.connection = ads.connection and totals.ad_id = ads.ad_id
left join named on totals.connection = named.ad_connection and totals.campaign_id = named.campaign_id
left join currencies on currencies.currency = '{{ report_currency() }}'
