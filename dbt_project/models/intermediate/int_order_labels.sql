{%- set model = report_model() -%}

-- From the paths themselves: what tests hold of all models' credits holds no report of orders back.
with paths as (
    select * from {{ ref('int_attribution_paths') }}
    where touchpoint_id is not null and replaced_in is null
),

{% if model in data_models() -%}
credits as (
    select
        paths.connection,
        paths.order_id,
        paths.touchpoint_id,
        paths.touched_at,
        paths.label_id,
        data_credits.weight
    from {{ ref('int_attribution_data_credits') }} as data_credits
    inner join paths
        on
            data_credits.connection = paths.connection
            and data_credits.order_id = paths.order_id
            and data_credits.touchpoint_id = paths.touchpoint_id
    where data_credits.model = '{{ model }}'
),
{%- else -%}
credits as (
    select
        connection,
        order_id,
        touchpoint_id,
        touched_at,
        label_id,
        {{ model_weight(model) }} as weight
    from paths
    where {{ sums_credit(model) }}
),
{%- endif %}

labels as (
    select * from {{ ref('int_touch_labels') }}
),

-- Finer differences than a billionth of the order are the arithmetic's, not the model's.
ranked as (
    select
        connection,
        order_id,
        touchpoint_id,
        label_id,
        row_number() over (
            partition by connection, order_id
            order by round(weight * 1000000000) desc, touched_at asc, touchpoint_id asc
        ) as share_rank
    from credits
)

select
    ranked.connection,
    ranked.order_id,
    ranked.touchpoint_id,
    {{ labelled('labels.channel') }} as channel,
    {{ labelled('labels.source') }} as source,
    {{ labelled('labels.medium') }} as medium,
    {{ labelled('labels.campaign') }} as campaign
from ranked
left join labels on ranked.label_id = labels.label_id
where ranked.share_rank = 1
