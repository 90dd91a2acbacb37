{{ config(pre_hook="{{ with_memory() }}") }}

with credits as (
    select * from {{ ref('fct_attributed_revenue') }}
    where model in ('markov', 'shapley') and person_id is not null
),

leads as (
    select * from {{ ref('fct_attributed_leads') }}
    where model in ('markov', 'shapley')
),

-- Both date bases in one pass; what no touch earned has no day but its order's.
credit_days as (
    select
        model,
        case when grouping(order_date) = 0 then 'order_date' else 'touch_date' end as date_basis,
        case when grouping(order_date) = 0 then order_date else credit_date end as report_date,
        label_id,
        unattributed_reason,
        currency,
        sum({{ parts("weight") }}) as orders,
        sum(case when is_first_paid_order then {{ parts("weight") }} else 0 end) as customers,
        sum(revenue_minor) as revenue_minor,
        sum(net_revenue_minor) as net_revenue_minor,
        sum(report_revenue_minor) as report_revenue_minor,
        sum(report_net_revenue_minor) as report_net_revenue_minor,
        count(*) - count(report_revenue_minor) as revenues_without_rate,
        count(*) - count(report_net_revenue_minor) as net_revenues_without_rate
    from (
        select
            credits.*,
            coalesce(touch_date, order_date) as credit_date
        from credits
    ) as dated
    group by
        grouping sets (
            (model, order_date, label_id, unattributed_reason, currency),
            (model, credit_date, label_id, unattributed_reason, currency)
        )
),

lead_days as (
    select
        model,
        case when grouping(lead_date) = 0 then 'order_date' else 'touch_date' end as date_basis,
        case when grouping(lead_date) = 0 then lead_date else credit_date end as report_date,
        label_id,
        unattributed_reason,
        sum({{ parts("weight") }}) as leads
    from (
        select
            leads.*,
            coalesce(touch_date, lead_date) as credit_date
        from leads
    ) as dated
    group by
        grouping sets (
            (model, lead_date, label_id, unattributed_reason),
            (model, credit_date, label_id, unattributed_reason)
        )
)

select
    model,
    date_basis,
    report_date,
    label_id,
    unattributed_reason,
    currency,
    cast(0 as {{ fraction_type() }}) as leads,
    {{ fraction_of_parts('orders') }} as orders,
    {{ fraction_of_parts('customers') }} as customers,
    cast(revenue_minor as bigint) as revenue_minor,
    cast(net_revenue_minor as bigint) as net_revenue_minor,
    case when revenues_without_rate = 0 then cast(report_revenue_minor as bigint) end as report_revenue_minor,
    case when net_revenues_without_rate = 0 then cast(report_net_revenue_minor as bigint) end
        as report_net_revenue_minor
from credit_days

union all

-- Leads have no money, and so stand with the report currency's.
select
    model,
    date_basis,
    report_date,
    label_id,
    unattributed_reason,
    '{{ report_currency() }}' as currency,
    {{ fraction_of_parts('leads') }} as leads,
    0 as orders,
    0 as customers,
    0 as revenue_minor,
    0 as net_revenue_minor,
    0 as report_revenue_minor,
    0 as report_net_revenue_minor
from lead_days
