with orders as (
    select * from {{ ref('fct_orders') }}
),

order_touches as (
    select * from {{ ref('int_order_touches') }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

-- A rebill follows the touches of its subscription's first order: one conversion, the first that counts.
counted_orders as (
    select
        connection,
        order_id,
        person_id,
        row_number() over (
            partition by connection, coalesce(subscription_first_order_id, order_id)
            order by ordered_at, order_id
        ) as place
    from orders
    where person_id is not null and policy_revenue_minor > 0
),

converted_touches as (
    select
        'order ' || order_touches.connection || ' ' || order_touches.order_id as walk,
        order_touches.touch_number as step,
        order_touches.channel
    from order_touches
    inner join counted_orders
        on
            order_touches.connection = counted_orders.connection
            and order_touches.order_id = counted_orders.order_id
    where counted_orders.place = 1
),

buyers as (
    select distinct person_id from counted_orders
),

visited as (
    select
        touchpoints.person_id,
        touchpoints.touchpoint_id,
        touchpoints.channel,
        touchpoints.touched_at,
        max(touchpoints.touched_at) over (partition by touchpoints.person_id) as last_touched_at
    from touchpoints
    left join buyers on touchpoints.person_id = buyers.person_id
    where
        buyers.person_id is null
        and touchpoints.touch_type in ('{{ credited_touch_types() | join("', '") }}')
),

-- Who never ordered is seen through the same window, up to the last touch: both kinds of path are as long.
lost_touches as (
    select
        'person ' || person_id as walk,
        row_number() over (partition by person_id order by touched_at, touchpoint_id) as step,
        channel
    from visited
    where last_touched_at <= {{ seconds_after('touched_at', attribution_window_seconds()) }}
),

touches as (
    select
        walk,
        step,
        channel,
        1 as conversions
    from converted_touches

    union all

    select
        walk,
        step,
        channel,
        0 as conversions
    from lost_touches
),

compared as (
    select
        walk,
        step,
        channel,
        conversions,
        lag(channel) over (partition by walk order by step) as channel_before
    from touches
),

walks as (
    select
        walk,
        conversions,
        {{ text_list('channel', 'step', ' > ') }} as path
    from compared
    where channel_before is null or channel_before <> channel
    group by walk, conversions
)

select
    path,
    sum(conversions) as conversions,
    sum(1 - conversions) as nonconversions
from walks
group by path
