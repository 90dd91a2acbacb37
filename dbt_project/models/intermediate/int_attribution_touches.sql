{{ config(pre_hook="{{ with_memory() }}") }}

with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where touch_type in ('{{ credited_touch_types() | join("', '") }}')
),

leads as (
    select
        person_id,
        min(lead_created_at) as lead_created_at
    from {{ ref('int_persons') }}
    group by person_id
)

-- The opt-in is the last touch up to the creation of the lead: what made it.
select
    touchpoints.person_id,
    count(*) as touches,
    {{ hash_sum(row_hash([
        'touchpoints.touchpoint_id', 'touchpoints.touched_at', 'touchpoints.touch_type', 'touchpoints.label_id'
    ])) }} as touch_hash,
    min(touchpoints.touched_at) as first_touched_at,
    max(
        case when touchpoints.touched_at <= leads.lead_created_at then touchpoints.touched_at end
    ) as opt_in_at
from touchpoints
left join leads on touchpoints.person_id = leads.person_id
group by touchpoints.person_id
