{%- set counts = [
    'leads', 'customers', 'purchased_before_lead', 'days_until_purchase_sum', 'days_until_purchase_count',
    'first_time_customers'
] -%}
{%- set amounts = ['lead_revenue', 'net_lead_revenue', 'first_order_revenue', 'net_first_order_revenue'] -%}

with leads as (
    select * from {{ ref('rpt_acquisition') }}
),

spend as (
    select * from {{ ref('rpt_acquisition_spend') }}
),

by_lead_date as (
    select
        report_date,
        channel,
        source,
        medium,
        campaign,
        count(*) as leads,
        sum(case when is_customer then 1 else 0 end) as customers,
        sum(case when purchased_before_lead then 1 else 0 end) as purchased_before_lead,
        coalesce(sum(days_until_purchase), 0) as days_until_purchase_sum,
        count(days_until_purchase) as days_until_purchase_count,
        0 as first_time_customers,
        {{ known_sum('lead_revenue') }} as lead_revenue,
        {{ known_sum('net_lead_revenue') }} as net_lead_revenue,
        0 as first_order_revenue,
        0 as net_first_order_revenue,
        0 as ad_spend
    from leads
    group by report_date, channel, source, medium, campaign
),

by_first_order_date as (
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
        {{ known_sum('net_first_order_revenue') }} as net_first_order_revenue,
        0 as ad_spend
    from leads
    where is_customer
    group by first_order_date, channel, source, medium, campaign
),

by_spend_date as (
    select
        report_date,
        channel,
        source,
        medium,
        campaign,
        0 as leads,
        0 as customers,
        0 as purchased_before_lead,
        0 as days_until_purchase_sum,
        0 as days_until_purchase_count,
        0 as first_time_customers,
        0 as lead_revenue,
        0 as net_lead_revenue,
        0 as first_order_revenue,
        0 as net_first_order_revenue,
        {{ known_sum('ad_spend') }} as ad_spend
    from spend
    group by report_date, channel, source, medium, campaign
),

parts as (
    select * from by_lead_date
    union all
    select * from by_first_order_date
    union all
    select * from by_spend_date
)

select
    report_date,
    channel,
    source,
    medium,
    campaign,
    {% for count in counts -%}
    cast(sum({{ count }}) as bigint) as {{ count }},
    {% endfor -%}
    '{{ report_currency() }}' as report_currency,
    {% for amount in amounts -%}
    cast({{ known_sum(amount) }} as numeric(38, 3)) as {{ amount }},
    {% endfor -%}
    cast({{ known_sum('ad_spend') }} as numeric(38, 6)) as ad_spend,
    {{ as_of('acquisition') }} as as_of
from parts
group by report_date, channel, source, medium, campaign
