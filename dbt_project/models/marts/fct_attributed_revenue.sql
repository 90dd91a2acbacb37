{{ config(materialized='view') }}

with paths as (
    select * from {{ ref('int_attribution_paths') }}
    where replaced_in is null
),

orders as (
    select * from {{ ref('int_attribution_orders') }}
),

data_credits as (
    select * from {{ ref('int_attribution_data_credits') }}
),

weights as (
    select * from {{ ref('int_attribution_weights') }}
),

data_models as (
    select distinct model
    from weights
),

additive_models as (
    {% for model in rule_models() if model != 'any_touch' %}
    select '{{ model }}' as model
    union all
    {% endfor %}
    select model
    from data_models
),

labels as (
    select * from {{ ref('int_touch_labels') }}
),

credits as (
    {% for model in rule_models() %}
    select
        connection,
        order_id,
        '{{ model }}' as model,
        {% if model == 'opt_in' %}
        case when is_opt_in then touchpoint_id end as touchpoint_id,
        case when is_opt_in then label_id end as label_id,
        case when is_opt_in then touched_at end as touched_at,
        case when is_opt_in then touch_date end as touch_date,
        opt_in_reason as unattributed_reason,
        {% else %}
        touchpoint_id,
        label_id,
        touched_at,
        touch_date,
        unattributed_reason,
        {% endif %}
        person_id,
        ordered_at,
        order_date,
        currency,
        report_currency,
        report_exponent,
        is_first_paid,
        {{ model_weight(model) }} as weight,
        {{ model_credit(model, 'revenue_minor', 'decay_revenue_minor') }} as revenue_minor,
        {{ model_credit(model, 'net_revenue_minor', 'decay_net_revenue_minor') }} as net_revenue_minor,
        {{ model_credit(model, 'report_revenue_minor', 'decay_report_revenue_minor') }}
            as report_revenue_minor,
        {{ model_credit(model, 'report_net_revenue_minor', 'decay_report_net_revenue_minor') }}
            as report_net_revenue_minor
    from paths
    where {{ model_credits(model) }}

    union all

    {% endfor %}
    select
        paths.connection,
        paths.order_id,
        data_credits.model,
        paths.touchpoint_id,
        paths.label_id,
        paths.touched_at,
        paths.touch_date,
        paths.unattributed_reason,
        paths.person_id,
        paths.ordered_at,
        paths.order_date,
        paths.currency,
        paths.report_currency,
        paths.report_exponent,
        paths.is_first_paid,
        data_credits.weight,
        data_credits.revenue_credit_minor as revenue_minor,
        data_credits.net_revenue_credit_minor as net_revenue_minor,
        data_credits.report_revenue_credit_minor as report_revenue_minor,
        data_credits.report_net_revenue_credit_minor as report_net_revenue_minor
    from data_credits
    inner join paths
        on
            data_credits.connection = paths.connection
            and data_credits.order_id = paths.order_id
            and data_credits.touchpoint_id = paths.touchpoint_id

    union all

    select
        paths.connection,
        paths.order_id,
        data_models.model,
        paths.touchpoint_id,
        paths.label_id,
        paths.touched_at,
        paths.touch_date,
        paths.unattributed_reason,
        paths.person_id,
        paths.ordered_at,
        paths.order_date,
        paths.currency,
        paths.report_currency,
        paths.report_exponent,
        paths.is_first_paid,
        cast(1 as double precision) as weight,
        paths.revenue_minor,
        paths.net_revenue_minor,
        paths.report_revenue_minor,
        paths.report_net_revenue_minor
    from paths
    cross join data_models
    where paths.touchpoint_id is null

    union all

    -- Nobody's orders have no path, and the same reason in every additive model.
    select
        orders.connection,
        orders.order_id,
        additive_models.model,
        cast(null as {{ text_type() }}) as touchpoint_id,
        cast(null as bigint) as label_id,
        cast(null as {{ timestamp_type() }}) as touched_at,
        cast(null as date) as touch_date,
        'unmatched' as unattributed_reason,
        orders.person_id,
        orders.ordered_at,
        orders.order_date,
        orders.currency,
        orders.report_currency,
        orders.report_exponent,
        orders.is_first_paid,
        cast(1 as double precision) as weight,
        orders.revenue_minor,
        orders.net_revenue_minor,
        orders.report_revenue_minor,
        orders.report_net_revenue_minor
    from orders
    cross join additive_models
    where orders.person_id is null
)

select
    md5(
        credits.connection || '|' || credits.order_id || '|' || credits.model
        || '|' || coalesce(credits.touchpoint_id, '')
    ) as credit_id,
    credits.connection,
    credits.order_id,
    credits.model,
    credits.model <> 'any_touch' as is_additive,
    credits.touchpoint_id,
    credits.unattributed_reason,
    credits.person_id,
    credits.weight,
    credits.currency,
    credits.revenue_minor,
    credits.net_revenue_minor,
    credits.report_currency,
    {{ major_units('credits.report_revenue_minor', 'credits.report_exponent') }} as revenue,
    {{ major_units('credits.report_net_revenue_minor', 'credits.report_exponent') }} as net_revenue,
    credits.ordered_at,
    credits.order_date,
    credits.touched_at,
    credits.touch_date,
    credits.is_first_paid as is_first_paid_order,
    labels.channel,
    labels.source,
    labels.medium,
    labels.campaign,
    labels.ad_connection,
    labels.campaign_id,
    labels.ad_id,
    credits.label_id,
    credits.report_revenue_minor,
    credits.report_net_revenue_minor
from credits
left join labels on credits.label_id = labels.label_id
