{%- set grains = kpi_grains() -%}
{%- set subscription_sums = [
    'subscriptions_started', 'trials_started', 'trials_converted', 'trials_ended', 'cancellations_requested',
    'cancellations', 'churned_subscribers', 'new_mrr', 'reactivation_mrr', 'expansion_mrr', 'contraction_mrr',
    'churn_mrr'
] -%}
{%- set subscription_stocks = [
    'active_subscriptions', 'mrr', 'churn_stripe_numerator', 'churn_stripe_denominator', 'churn_standard_numerator',
    'churn_standard_denominator'
] -%}

with acquisition_daily as (
    select * from {{ ref('rpt_acquisition_daily') }}
),

additions as (
    select * from {{ ref('rpt_nurture') }}
),

engagement_daily as (
    select * from {{ ref('rpt_engagement_daily') }}
),

-- Persons of a week or a month are counted from their days: distinct ones do not sum.
engaged_days as (
    select
        report_date,
        person_id
    from {{ ref('rpt_engagement') }}
    where is_first_of_day
),

order_totals as (
    select * from {{ ref('int_person_order_totals') }}
),

orders as (
    select
        is_zero_amount,
        revenue,
        collected,
        net_revenue,
        case when collected_minor > 0 then payer_id end as paying_payer_id,
        case when collected_minor > 0 then person_id end as paying_person_id,
        {{ local_date('ordered_at', report_timezone()) }} as report_date
    from {{ ref('fct_orders') }}
    where not is_duplicate
),

subscriptions_daily as (
    select * from {{ ref('rpt_subscriptions_daily') }}
),

{% for grain in grains %}
acquisition_{{ grain }} as (
    select
        {{ period_start(grain, 'report_date') }} as period_start,
        sum(leads) as leads,
        sum(customers) as customers,
        sum(purchased_before_lead) as purchased_before_lead,
        sum(days_until_purchase_sum) as days_until_purchase_sum,
        sum(days_until_purchase_count) as days_until_purchase_count,
        sum(first_time_customers) as first_time_customers,
        {{ known_sum('first_order_revenue') }} as first_order_revenue,
        {{ known_sum('net_first_order_revenue') }} as net_first_order_revenue,
        {{ known_sum('lead_revenue') }} as lead_revenue,
        {{ known_sum('net_lead_revenue') }} as net_lead_revenue,
        {{ known_sum('ad_spend') }} as ad_spend
    from acquisition_daily
    group by {{ period_start(grain, 'report_date') }}
),

-- A person's earliest addition of the period speaks for the person.
nurture_ranked_{{ grain }} as (
    select
        additions.*,
        {{ period_start(grain, 'report_date') }} as period_start,
        row_number() over (
            partition by person_id, {{ period_start(grain, 'report_date') }}
            order by added_at, connection, tag_event_id
        ) as addition_rank
    from additions
),

nurture_{{ grain }} as (
    select
        period_start,
        count(*) as tag_additions,
        sum(case when addition_rank = 1 then 1 else 0 end) as persons,
        sum(case when addition_rank = 1 and is_customer then 1 else 0 end) as customers,
        {% for amount in [
            'revenue_after_touch', 'net_revenue_after_touch', 'revenue_any_time', 'net_revenue_any_time'
        ] -%}
        {{ known_sum('case when addition_rank = 1 then ' ~ amount ~ ' else 0 end') }} as {{ amount }},
        {% endfor -%}
        {{ median('case when addition_rank = 1 then days_to_purchase end') }} as days_to_purchase_median
    from nurture_ranked_{{ grain }}
    group by period_start
),

{% if grain == 'day' %}
engaged_{{ grain }} as (
    select
        report_date as period_start,
        sum(engaged_contacts) as engaged_contacts,
        sum(engaged_customers) as engaged_customers,
        {{ known_sum('engaged_lifetime_revenue') }} as engaged_lifetime_revenue,
        {{ known_sum('net_engaged_lifetime_revenue') }} as net_engaged_lifetime_revenue
    from engagement_daily
    group by report_date
),
{% else %}
engaged_persons_{{ grain }} as (
    select distinct
        {{ period_start(grain, 'report_date') }} as period_start,
        person_id
    from engaged_days
),

engaged_{{ grain }} as (
    select
        engaged_persons.period_start,
        count(*) as engaged_contacts,
        sum(case when order_totals.is_customer then 1 else 0 end) as engaged_customers,
        {{ known_sum(joined_amount('order_totals.person_id', 'order_totals.lifetime_revenue')) }}
            as engaged_lifetime_revenue,
        {{ known_sum(joined_amount('order_totals.person_id', 'order_totals.net_lifetime_revenue')) }}
            as net_engaged_lifetime_revenue
    from engaged_persons_{{ grain }} as engaged_persons
    left join order_totals on engaged_persons.person_id = order_totals.person_id
    group by engaged_persons.period_start
),
{% endif %}

-- All contacts of a period are those of its last day.
last_days_{{ grain }} as (
    select
        {{ period_start(grain, 'report_date') }} as period_start,
        max(report_date) as last_date
    from engagement_daily
    group by {{ period_start(grain, 'report_date') }}
),

viewed_{{ grain }} as (
    select
        last_days.period_start,
        sum(
            case
                when engagement_daily.report_date = last_days.last_date then engagement_daily.all_contacts
                else 0
            end
        ) as all_contacts,
        sum(engagement_daily.page_views) as page_views,
        {{ known_sum('engagement_daily.engaged_revenue_same_day') }} as engaged_revenue_same_day,
        {{ known_sum('engagement_daily.net_engaged_revenue_same_day') }} as net_engaged_revenue_same_day
    from engagement_daily
    inner join last_days_{{ grain }} as last_days
        on {{ period_start(grain, 'engagement_daily.report_date') }} = last_days.period_start
    group by last_days.period_start
),

engagement_{{ grain }} as (
    select
        viewed.period_start,
        viewed.all_contacts,
        coalesce(engaged.engaged_contacts, 0) as engaged_contacts,
        viewed.page_views,
        coalesce(engaged.engaged_customers, 0) as engaged_customers,
        viewed.engaged_revenue_same_day,
        viewed.net_engaged_revenue_same_day,
        case when engaged.period_start is null then 0 else engaged.engaged_lifetime_revenue end
            as engaged_lifetime_revenue,
        case when engaged.period_start is null then 0 else engaged.net_engaged_lifetime_revenue end
            as net_engaged_lifetime_revenue
    from viewed_{{ grain }} as viewed
    left join engaged_{{ grain }} as engaged on viewed.period_start = engaged.period_start
),

-- What flows is summed; what stands is read at the end of the period's last day.
subscription_ends_{{ grain }} as (
    select
        {{ period_start(grain, 'report_date') }} as period_start,
        max(report_date) as last_date
    from subscriptions_daily
    group by {{ period_start(grain, 'report_date') }}
),

subscriptions_{{ grain }} as (
    select
        ends.period_start,
        {% for measure in subscription_sums -%}
        {{ known_sum('subscriptions_daily.' ~ measure) }} as {{ measure }},
        {% endfor -%}
        {% for measure in subscription_stocks -%}
        {{ known_sum(
            'case when subscriptions_daily.report_date = ends.last_date then subscriptions_daily.'
            ~ measure ~ ' else 0 end'
        ) }} as {{ measure }},
        {% endfor -%}
        max(ends.last_date) as last_date
    from subscriptions_daily
    inner join subscription_ends_{{ grain }} as ends
        on {{ period_start(grain, 'subscriptions_daily.report_date') }} = ends.period_start
    group by ends.period_start
),

orders_{{ grain }} as (
    select
        {{ period_start(grain, 'report_date') }} as period_start,
        sum(case when is_zero_amount then 0 else 1 end) as orders,
        {{ known_sum('revenue') }} as revenue,
        {{ known_sum('collected') }} as collected,
        {{ known_sum('net_revenue') }} as net_revenue,
        count(distinct paying_payer_id) as customers,
        count(distinct paying_person_id) as customers_matched
    from orders
    group by {{ period_start(grain, 'report_date') }}
){{ "," if not loop.last }}
{% endfor %}
{% for report in kpis() %}
{%- set last_report = loop.last %}
{%- for grain in grains %}
{%- set last_grain = loop.last %}
{%- for part in kpi_parts(report) %}
select
    '{{ report }}' as report,
    '{{ grain }}' as grain,
    period_start,
    '{{ part }}' as part,
    cast({{ part }} as numeric) as amount
from {{ report }}_{{ grain }}
{{ "union all" if not (last_report and last_grain and loop.last) }}
{%- endfor %}
{%- endfor %}
{%- endfor %}
