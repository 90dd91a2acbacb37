{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='cell_id',
    on_schema_change='sync_all_columns',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ note_transaction_number() }}",
        "{{ delete_sums_of_other_paths(this, ref('int_attribution_paths')) }}"
    ],
    post_hook="{{ delete_replaced(ref('int_attribution_paths')) }}"
) }}

{% set dimensions = [
    'date_basis', 'report_date', 'label_id', 'unattributed_reason', 'currency', 'is_converted', 'is_net_converted'
] %}

{#- What was built since, and what was replaced of all before; what came and went between never counted. -#}
{%- set news -%}
select
        paths.*,
        coalesce(paths.touch_date, paths.order_date) as credit_date,
        paths.report_revenue_minor is not null as is_converted,
        paths.report_net_revenue_minor is not null as is_net_converted,
        case when paths.replaced_in is null then 1 else -1 end as direction
    from {{ ref('int_attribution_paths') }} as paths
    where
        (paths.replaced_in is null and paths.built_in > {{ summed_in(this) }})
        or (paths.replaced_in is not null and paths.built_in <= {{ summed_in(this) }})
{%- endset -%}

with sums_before as (
    {{ sums_so_far(this) }}
),

-- Every model in one pass for each date basis; a CTE read twice could not be shared among processes.
{% for basis, day in [('order_date', 'order_date'), ('touch_date', 'credit_date')] %}
news_by_{{ basis }} as (
    {{ news }}
),

sums_by_{{ basis }} as (
    select
        direction,
        '{{ basis }}' as date_basis,
        {{ day }} as report_date,
        label_id,
        unattributed_reason,
        currency,
        is_converted,
        is_net_converted,
        {% for model in rule_models() %}
        {% for measure in day_measures() %}
        sum(
            case when {{ sums_credit(model) }} then {{ day_credit(model, measure) }} else 0 end
        ) as {{ model }}_{{ measure }},
        {% endfor %}
        {% endfor %}
        count(*) as credits
    from news_by_{{ basis }}
    group by
        direction, {{ day }}, label_id, unattributed_reason, currency, is_converted, is_net_converted
),

{% endfor %}
news_of_opt_ins as (
    {{ news }}
),

-- A path that has touches, but not the one that made the lead.
opt_in_gaps as (
    select
        direction,
        order_date,
        opt_in_reason,
        currency,
        is_converted,
        is_net_converted
        {% for measure in day_measures() %}
        ,
        sum({{ day_credit('opt_in', measure) }}) as opt_in_{{ measure }}
        {% endfor %}
    from news_of_opt_ins
    where touchpoint_id is not null and touch_number = 1 and opt_in_reason is not null
    group by direction, order_date, opt_in_reason, currency, is_converted, is_net_converted
),

bases as (
    select 'order_date' as date_basis
    union all
    select 'touch_date' as date_basis
),

differences as (
    {% for basis in ['order_date', 'touch_date'] %}
    select
        direction,
        {{ dimensions | join(', ') }},
        {{ day_sum_columns() | join(', ') }}
    from sums_by_{{ basis }}

    union all

    {% endfor %}
    select
        opt_in_gaps.direction,
        bases.date_basis,
        opt_in_gaps.order_date as report_date,
        cast(null as bigint) as label_id,
        opt_in_gaps.opt_in_reason as unattributed_reason,
        opt_in_gaps.currency,
        opt_in_gaps.is_converted,
        opt_in_gaps.is_net_converted
        {% for column in day_sum_columns() %}
        ,
        {{ 'opt_in_gaps.' ~ column if column.startswith('opt_in_') else '0' }} as {{ column }}
        {% endfor %}
    from opt_in_gaps
    cross join bases
),

cells as (
    select
        {{ row_hash(dimensions) }} as cell_id,
        {{ dimensions | join(', ') }}
        {% for column in day_sum_columns() %}
        ,
        sum(direction * coalesce({{ column }}, 0)) as {{ column }}
        {% endfor %}
    from differences
    group by {{ dimensions | join(', ') }}
),

-- What came back as it was changes nothing; but one row at least tells how far this went.
numbered as (
    select
        cells.*,
        row_number() over (order by cell_id) as cell_number
    from cells
)

select
    numbered.cell_id,
    numbered.date_basis,
    numbered.report_date,
    numbered.label_id,
    numbered.unattributed_reason,
    numbered.currency,
    numbered.is_converted,
    numbered.is_net_converted,
    {% for column in day_sum_columns() %}
    cast(numbered.{{ column }} + coalesce(sums_before.{{ column }}, 0) as numeric(38)) as {{ column }},
    {% endfor %}
    {{ table_identity(ref('int_attribution_paths')) }} as paths_identity,
    {{ transaction_number() }} as summed_in
from numbered
left join sums_before on numbered.cell_id = sums_before.cell_id
where
    numbered.cell_number = 1
    {% for column in day_sum_columns() %}
    or numbered.{{ column }} <> 0
    {% endfor %}
