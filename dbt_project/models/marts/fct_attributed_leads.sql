{{ config(materialized='view') }}

with paths as (
    select
        lead_paths.*,
        cast(null as {{ text_type() }}) as opt_in_reason
    from {{ ref('int_lead_paths') }} as lead_paths
),

weights as (
    select * from {{ ref('int_attribution_weights') }}
),

data_models as (
    select distinct model
    from weights
),

labels as (
    select * from {{ ref('int_touch_labels') }}
),

weighed_channels as (
    select
        paths.*,
        data_models.model,
        coalesce(weights.weight, 0) as channel_weight,
        sum(coalesce(weights.weight, 0)) over (
            partition by paths.person_id, data_models.model
            order by paths.touch_number
            rows between unbounded preceding and unbounded following
        ) as path_weight
    from paths
    cross join data_models
    left join weights on data_models.model = weights.model and paths.channel = weights.channel
),

credits as (
    {% for model in rule_models() %}
    select
        person_id,
        '{{ model }}' as model,
        touchpoint_id,
        label_id,
        unattributed_reason,
        {{ model_weight(model) }} as weight,
        lead_created_at,
        lead_date,
        touched_at,
        touch_date
    from paths
    where {{ model_credits(model) }}

    union all

    {% endfor %}
    select
        person_id,
        model,
        touchpoint_id,
        label_id,
        unattributed_reason,
        case
            when path_weight > 0 then channel_weight / path_weight
            else cast(1 as double precision) / touches
        end as weight,
        lead_created_at,
        lead_date,
        touched_at,
        touch_date
    from weighed_channels
)

select
    md5(credits.person_id || '|' || credits.model || '|' || coalesce(credits.touchpoint_id, '')) as credit_id,
    credits.person_id,
    credits.model,
    credits.model <> 'any_touch' as is_additive,
    credits.touchpoint_id,
    credits.unattributed_reason,
    credits.weight,
    credits.lead_created_at,
    credits.lead_date,
    credits.touched_at,
    credits.touch_date,
    labels.channel,
    labels.source,
    labels.medium,
    labels.campaign,
    labels.ad_connection,
    labels.campaign_id,
    labels.ad_id,
    credits.label_id
from credits
left join labels on credits.label_id = labels.label_id
