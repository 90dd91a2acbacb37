with touched as (
    select * from {{ ref('int_untracked_touches') }}
),

labels as (
    select * from {{ ref('int_untracked_labels') }}
),

earned as (
    select
        label_id,
        sum(report_revenue_minor) as report_revenue_minor,
        count(*) - count(report_revenue_minor) as days_without_rate
    from {{ ref('int_attribution_days') }}
    where model = '{{ report_model() }}' and date_basis = 'order_date' and label_id is not null
    group by label_id
),

currencies as (
    select * from {{ ref('currencies') }}
),

revenues as (
    select
        labels.channel,
        labels.source,
        labels.medium,
        labels.campaign,
        case
            when sum(coalesce(earned.days_without_rate, 0)) = 0
                then sum(coalesce(earned.report_revenue_minor, 0))
        end as report_revenue_minor
    from labels
    left join earned on labels.label_id = earned.label_id
    group by labels.channel, labels.source, labels.medium, labels.campaign
)

select
    touched.channel,
    touched.source,
    touched.medium,
    touched.campaign,
    touched.touches,
    touched.persons,
    touched.first_touched_at,
    touched.last_touched_at,
    '{{ report_model() }}' as model,
    '{{ report_currency() }}' as report_currency,
    {{ major_units('revenues.report_revenue_minor', 'currencies.exponent') }} as attributed_revenue,
    {{ as_of('acquisition') }} as as_of
from touched
inner join revenues
    on
        touched.channel = revenues.channel
        and touched.source = revenues.source
        and touched.medium = revenues.medium
        and touched.campaign = revenues.campaign
left join currencies on currencies.currency = '{{ report_currency() }}'
