{{ config(materialized='view') }}

with sums as (
    select * from {{ ref('int_attribution_day_sums') }}
),

lead_sums as (
    select * from {{ ref('int_lead_day_sums') }}
),

data_days as (
    select * from {{ ref('int_attribution_data_days') }}
),

unmatched as (
    select * from {{ ref('int_attribution_orders') }}
    where person_id is null
),

weights as (
    select * from {{ ref('int_attribution_weights') }}
),

-- Nobody's orders have one reason in every additive model, and no day but their own.
unmatched_days as (
    select
        order_date,
        currency,
        count(*) as orders,
        sum(case when is_first_paid then 1 else 0 end) as customers,
        sum(revenue_minor) as revenue_minor,
        sum(net_revenue_minor) as net_revenue_minor,
        sum(report_revenue_minor) as report_revenue_minor,
        sum(report_net_revenue_minor) as report_net_revenue_minor
    from unmatched
    group by order_date, currency, report_revenue_minor is not null, report_net_revenue_minor is not null
),

additive_models as (
    {% for model in rule_models() if model != 'any_touch' %}
    select '{{ model }}' as model
    union all
    {% endfor %}
    select distinct model
    from weights
),

bases as (
    select 'order_date' as date_basis
    union all
    select 'touch_date' as date_basis
)

{% for model in rule_models() %}
select
    '{{ model }}' as model,
    date_basis,
    report_date,
    label_id,
    unattributed_reason,
    currency,
    cast(0 as {{ fraction_type() }}) as leads,
    {{ fraction_of_parts(model ~ '_parts') }} as orders,
    {{ fraction_of_parts(model ~ '_customer_parts') }} as customers,
    cast({{ model }}_revenue_minor as bigint) as revenue_minor,
    cast({{ model }}_net_revenue_minor as bigint) as net_revenue_minor,
    case when is_converted then cast({{ model }}_report_revenue_minor as bigint) end as report_revenue_minor,
    case when is_net_converted then cast({{ model }}_report_net_revenue_minor as bigint) end
        as report_net_revenue_minor
from sums
where {{ model_days(model) }}

union all

-- Leads have no money, and so stand with the report currency's.
select
    '{{ model }}' as model,
    date_basis,
    report_date,
    label_id,
    unattributed_reason,
    '{{ report_currency() }}' as currency,
    {{ fraction_of_parts(model ~ '_parts') }} as leads,
    0 as orders,
    0 as customers,
    0 as revenue_minor,
    0 as net_revenue_minor,
    0 as report_revenue_minor,
    0 as report_net_revenue_minor
from lead_sums
where {{ model_days(model) }}

union all

{% endfor %}
select
    model,
    date_basis,
    report_date,
    label_id,
    unattributed_reason,
    currency,
    leads,
    orders,
    customers,
    revenue_minor,
    net_revenue_minor,
    report_revenue_minor,
    report_net_revenue_minor
from data_days

union all

select
    additive_models.model,
    bases.date_basis,
    unmatched_days.order_date as report_date,
    cast(null as bigint) as label_id,
    'unmatched' as unattributed_reason,
    unmatched_days.currency,
    cast(0 as {{ fraction_type() }}) as leads,
    cast(unmatched_days.orders as {{ fraction_type() }}) as orders,
    cast(unmatched_days.customers as {{ fraction_type() }}) as customers,
    cast(unmatched_days.revenue_minor as bigint) as revenue_minor,
    cast(unmatched_days.net_revenue_minor as bigint) as net_revenue_minor,
    cast(unmatched_days.report_revenue_minor as bigint) as report_revenue_minor,
    cast(unmatched_days.report_net_revenue_minor as bigint) as report_net_revenue_minor
from unmatched_days
cross join additive_models
cross join bases
