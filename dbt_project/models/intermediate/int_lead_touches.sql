with persons as (
    select
        person_id,
        lead_created_at
    from {{ ref('dim_persons') }}
    where lead_created_at is not null
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where touch_type in ('{{ credited_touch_types() | join("', '") }}')
),

up_to_the_lead as (
    select
        touchpoints.person_id,
        touchpoints.touchpoint_id,
        touchpoints.touched_at,
        touchpoints.channel,
        touchpoints.source,
        touchpoints.medium,
        touchpoints.campaign,
        row_number() over (
            partition by touchpoints.person_id
            order by touchpoints.touched_at, touchpoints.touchpoint_id
        ) as touch_number
    from touchpoints
    inner join persons on touchpoints.person_id = persons.person_id
    where
        touchpoints.touched_at <= persons.lead_created_at
        and {{ seconds_after('touchpoints.touched_at', attribution_window_seconds()) }}
        >= persons.lead_created_at
)

select
    person_id,
    touchpoint_id,
    touched_at,
    channel,
    source,
    medium,
    campaign
from up_to_the_lead
where touch_number = 1
