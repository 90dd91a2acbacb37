{{ config(pre_hook="{{ with_memory() }}") }}

with days as (
    select * from {{ ref('int_attribution_days') }}
),

labels as (
    select * from {{ ref('int_touch_labels') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

labelled as (
    select
        days.*,
        coalesce(labels.channel, '(none)') as channel,
        coalesce(labels.source, '(none)') as source,
        coalesce(labels.medium, '(none)') as medium,
        coalesce(labels.campaign, '(none)') as campaign,
        coalesce(days.unattributed_reason, '(attributed)') as reason
    from days
    left join labels on days.label_id = labels.label_id
),

totals as (
    select
        model,
        date_basis,
        report_date,
        channel,
        source,
        medium,
        campaign,
        reason,
        currency,
        cast(sum(leads) as {{ fraction_type() }}) as leads,
        cast(sum(orders) as {{ fraction_type() }}) as orders,
        cast(sum(customers) as {{ fraction_type() }}) as customers,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(net_revenue_minor) as bigint) as net_revenue_minor,
        case when count(*) = count(report_revenue_minor) then sum(report_revenue_minor) end
            as report_revenue_minor,
        case when count(*) = count(report_net_revenue_minor) then sum(report_net_revenue_minor) end
            as report_net_revenue_minor
    from labelled
    group by model, date_basis, report_date, channel, source, medium, campaign, reason, currency
),

converted as (
    select
        totals.*,
        {{ major_units('totals.report_revenue_minor', 'currencies.exponent') }} as revenue,
        {{ major_units('totals.report_net_revenue_minor', 'currencies.exponent') }} as net_revenue
    from totals
    left join currencies on currencies.currency = '{{ report_currency() }}'
)

select
    model,
    date_basis,
    report_date,
    channel,
    source,
    medium,
    campaign,
    reason as unattributed_reason,
    currency,
    model <> 'any_touch' as is_additive,
    leads,
    orders,
    customers,
    revenue_minor,
    net_revenue_minor,
    '{{ report_currency() }}' as report_currency,
    revenue,
    net_revenue,
    case when reason = '(attributed)' then revenue else 0 end as attributed_revenue,
    case when reason = 'before_tracking' then revenue else 0 end as before_tracking_revenue
from converted
