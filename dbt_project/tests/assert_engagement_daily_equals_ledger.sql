{%- set measures = [
    'engaged_contacts', 'page_views', 'engaged_customers', 'engaged_revenue_same_day', 'net_engaged_revenue_same_day',
    'engaged_lifetime_revenue', 'net_engaged_lifetime_revenue'
] -%}

-- Of a whole day: distinct persons of the ledger are what the day's rows sum to.
with person_days as (
    select
        report_date,
        person_id,
        count(*) as page_views,
        max(case when is_customer then 1 else 0 end) as customers,
        min(revenue_same_day) as revenue_same_day,
        min(net_revenue_same_day) as net_revenue_same_day,
        min(lifetime_revenue) as lifetime_revenue,
        min(net_lifetime_revenue) as net_lifetime_revenue
    from {{ ref('rpt_engagement') }}
    group by report_date, person_id
),

ledger as (
    select
        report_date,
        count(*) as engaged_contacts,
        sum(page_views) as page_views,
        sum(customers) as engaged_customers,
        {{ known_sum('revenue_same_day') }} as engaged_revenue_same_day,
        {{ known_sum('net_revenue_same_day') }} as net_engaged_revenue_same_day,
        {{ known_sum('lifetime_revenue') }} as engaged_lifetime_revenue,
        {{ known_sum('net_lifetime_revenue') }} as net_engaged_lifetime_revenue
    from person_days
    group by report_date
),

daily as (
    select
        {% for measure in measures -%}
        {{ known_sum(measure) }} as {{ measure }},
        {% endfor -%}
        report_date
    from {{ ref('rpt_engagement_daily') }}
    group by report_date
)

{{ disagreements('ledger', 'daily', ['report_date'], measures) }}
