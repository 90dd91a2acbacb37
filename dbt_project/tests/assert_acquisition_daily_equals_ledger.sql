{%- set keys = ['report_date', 'channel', 'source', 'medium', 'campaign'] -%}
{%- set measures = [
    'leads', 'customers', 'purchased_before_lead', 'days_until_purchase_sum', 'days_until_purchase_count',
    'first_time_customers', 'lead_revenue', 'net_lead_revenue', 'first_order_revenue', 'net_first_order_revenue'
] -%}

-- Leads and what they brought by the lead's day, first purchases by theirs.
with leads as (
    select
        report_date,
        channel,
        source,
        medium,
        campaign,
        count(distinct person_id) as leads,
        count(case when is_customer then 1 end) as customers,
        count(case when purchased_before_lead then 1 end) as purchased_before_lead,
        coalesce(sum(days_until_purchase), 0) as days_until_purchase_sum,
        count(case when is_customer and not purchased_before_lead then 1 end) as days_until_purchase_count,
        0 as first_time_customers,
        {{ known_sum('lead_revenue') }} as lead_revenue,
        {{ known_sum('net_lead_revenue') }} as net_lead_revenue,
        0 as first_order_revenue,
        0 as net_first_order_revenue
    from {{ ref('rpt_acquisition') }}
    group by report_date, channel, source, medium, campaign
),

first_orders as (
    select
        first_order_date as report_date,
        channel,
        source,
        medium,
        campaign,
        0 as leads,
        0 as customers,
        0 as purchased_before_lead,
        0 as days_until_purchase_sum,
        0 as days_until_purchase_count,
        count(*) as first_time_customers,
        0 as lead_revenue,
        0 as net_lead_revenue,
        {{ known_sum('first_order_revenue') }} as first_order_revenue,
        {{ known_sum('net_first_order_revenue') }} as net_first_order_revenue
    from {{ ref('rpt_acquisition') }}
    where first_order_id is not null
    group by first_order_date, channel, source, medium, campaign
),

ledger as (
    select * from leads
    union all
    select * from first_orders
)

{{ disagreements('ledger', ref('rpt_acquisition_daily'), keys, measures) }}
