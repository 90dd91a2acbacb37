{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook=["{{ with_memory() }}", "{{ delete_stale(this, ref('int_attribution_data_persons')) }}"],
    indexes=[{'columns': ['order_id']}]
) }}

with persons as (
    select persons.*
    from {{ ref('int_attribution_data_persons') }} as persons
    {% if is_incremental() %}
    where
        not exists (
            select 1 from {{ this }} as built
            where built.person_id = persons.person_id
        )
    {% endif %}
),

weights as (
    select * from {{ ref('int_attribution_weights') }}
),

models as (
    select distinct model
    from weights
),

touches as (
    select
        paths.*,
        models.model,
        persons.fingerprint as data_fingerprint,
        coalesce(weights.weight, 0) as channel_weight
    from {{ ref('int_attribution_paths') }} as paths
    inner join persons on paths.person_id = persons.person_id
    cross join models
    left join weights on paths.channel = weights.channel and models.model = weights.model
    where paths.touchpoint_id is not null and paths.replaced_in is null
),

totals as (
    select
        touches.*,
        sum(channel_weight) over (
            partition by connection, order_id, model
            order by touch_number
            rows between unbounded preceding and unbounded following
        ) as path_weight
    from touches
),

-- A path of channels that weigh nothing, or are not weighed yet, is shared alike.
weighed as (
    select
        totals.*,
        case
            when path_weight > 0 then channel_weight / path_weight
            else cast(1 as double precision) / touches
        end as data_weight
    from totals
),

to_split as (
    select
        weighed.connection,
        weighed.order_id,
        weighed.model,
        weighed.touch_number,
        weighed.data_weight as weight,
        kinds.position as amount_kind,
        case kinds.position
            when 1 then weighed.revenue_minor
            when 2 then weighed.net_revenue_minor
            when 3 then weighed.report_revenue_minor
            else weighed.report_net_revenue_minor
        end as amount
    from weighed
    cross join {{ positions(4) }} as kinds
),

split as (
    {{ split_by_largest_remainder('to_split', 'connection, order_id, model, amount_kind') }}
),

credits as (
    select
        connection,
        order_id,
        model,
        touch_number,
        max(case when amount_kind = 1 then credit_minor end) as revenue_credit_minor,
        max(case when amount_kind = 2 then credit_minor end) as net_revenue_credit_minor,
        max(case when amount_kind = 3 then credit_minor end) as report_revenue_credit_minor,
        max(case when amount_kind = 4 then credit_minor end) as report_net_revenue_credit_minor
    from split
    group by connection, order_id, model, touch_number
)

select
    weighed.connection,
    weighed.order_id,
    weighed.model,
    weighed.touchpoint_id,
    weighed.person_id,
    weighed.data_fingerprint as fingerprint,
    weighed.data_weight as weight,
    credits.revenue_credit_minor,
    credits.net_revenue_credit_minor,
    credits.report_revenue_credit_minor,
    credits.report_net_revenue_credit_minor
from weighed
inner join credits
    on
        weighed.connection = credits.connection
        and weighed.order_id = credits.order_id
        and weighed.model = credits.model
        and weighed.touch_number = credits.touch_number
