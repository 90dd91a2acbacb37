with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where channel in ('paid', 'display') or campaign_id is not null
),

spent as (
    select distinct
        connection,
        campaign_id
    from {{ ref('int_ad_spend_days') }}
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

-- Advertising by its channel or its name, of which no ad account knows any spend.
unspent as (
    select touchpoints.*
    from touchpoints
    left join spent
        on touchpoints.ad_connection = spent.connection and touchpoints.campaign_id = spent.campaign_id
    where spent.campaign_id is null
),

labelled as (
    select
        label_id,
        channel,
        source,
        medium,
        coalesce(campaign, '(none)') as campaign,
        person_id,
        touched_at
    from unspent
),

campaign_labels as (
    select distinct
        label_id,
        channel,
        source,
        medium,
        campaign
    from labelled
),

revenues as (
    select
        campaign_labels.channel,
        campaign_labels.source,
        campaign_labels.medium,
        campaign_labels.campaign,
        case
            when sum(coalesce(earned.days_without_rate, 0)) = 0
                then sum(coalesce(earned.report_revenue_minor, 0))
        end as report_revenue_minor
    from campaign_labels
    left join earned on campaign_labels.label_id = earned.label_id
    group by campaign_labels.channel, campaign_labels.source, campaign_labels.medium, campaign_labels.campaign
),

touched as (
    select
        channel,
        source,
        medium,
        campaign,
        count(*) as touches,
        count(distinct person_id) as persons,
        min(touched_at) as first_touched_at,
        max(touched_at) as last_touched_at
    from labelled
    group by channel, source, medium, campaign
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
