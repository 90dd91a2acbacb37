{{ config(
    differing_within='report_date in (select changed_days.report_date from changed_days)',
    pre_hook=["{{ with_memory() }}", "{{ note_changed_days(ref('int_attribution_day_fingerprints')) }}"],
    post_hook="{{ remember_reported_days(ref('int_attribution_day_fingerprints')) }}"
) }}

with days as (
    select * from {{ ref('int_attribution_days') }}
    {% if is_incremental() %}
    where report_date in (select changed_days.report_date from changed_days)
    {% endif %}
),

labels as (
    select * from {{ ref('int_touch_labels') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- Labels that differ only in their ads stand together, under the number of one of them.
names as (
    select
        label_id,
        coalesce(channel, '(none)') as channel,
        coalesce(source, '(none)') as source,
        coalesce(medium, '(none)') as medium,
        coalesce(campaign, '(none)') as campaign,
        min(label_id) over (
            partition by
                coalesce(channel, '(none)'), coalesce(source, '(none)'), coalesce(medium, '(none)'),
                coalesce(campaign, '(none)')
        ) as name_id
    from labels
),

labelled as (
    select
        days.*,
        names.name_id,
        coalesce(days.unattributed_reason, '(attributed)') as reason
    from days
    left join names on days.label_id = names.label_id
),

totals as (
    select
        model,
        date_basis,
        report_date,
        name_id,
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
    group by model, date_basis, report_date, name_id, reason, currency
),

converted as (
    select
        totals.*,
        coalesce(names.channel, '(none)') as channel,
        coalesce(names.source, '(none)') as source,
        coalesce(names.medium, '(none)') as medium,
        coalesce(names.campaign, '(none)') as campaign,
        {{ major_units('totals.report_revenue_minor', 'currencies.exponent') }} as revenue,
        {{ major_units('totals.report_net_revenue_minor', 'currencies.exponent') }} as net_revenue
    from totals
    left join names on totals.name_id = names.label_id
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
    cast(case when reason = '(attributed)' then revenue else 0 end as numeric(38, 3)) as attributed_revenue,
    cast(case when reason = 'before_tracking' then revenue else 0 end as numeric(38, 3))
        as before_tracking_revenue
from converted
-- In the order of the primary key's first column, whose index then grows in one place.
order by report_date
