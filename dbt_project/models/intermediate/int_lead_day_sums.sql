{{ config(pre_hook="{{ with_memory() }}") }}

with lead_paths as (
    select
        paths.*,
        cast(null as {{ text_type() }}) as opt_in_reason,
        coalesce(touch_date, lead_date) as credit_date
    from {{ ref('int_lead_paths') }} as paths
)

select
    case when grouping(lead_date) = 0 then 'order_date' else 'touch_date' end as date_basis,
    case when grouping(lead_date) = 0 then lead_date else credit_date end as report_date,
    label_id,
    unattributed_reason,
    {% for model in rule_models() %}
    sum(case when {{ model_credits(model) }} then {{ parts(model_weight(model)) }} else 0 end)
        as {{ model }}_parts,
    {% endfor %}
    count(*) as credits
from lead_paths
group by
    grouping sets (
        (lead_date, label_id, unattributed_reason),
        (credit_date, label_id, unattributed_reason)
    )
