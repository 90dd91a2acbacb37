{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ with_memory() }}",
        "{{ delete_changed_persons(this, ref('int_person_fingerprints')) }}"
    ],
    post_hook="{{ remember_reported_persons(this, ref('int_person_fingerprints')) }}"
) }}

{#- How many steps of a journey are written out. -#}
{%- set most_steps = 100 -%}

with persons as (
    select * from {{ ref('dim_persons') }}
    where {{ is_changed_person(this, ref('int_person_fingerprints')) }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where {{ is_changed_person(this, ref('int_person_fingerprints')) }}
),

person_orders as (
    select * from {{ ref('int_person_orders') }}
    where {{ is_changed_person(this, ref('int_person_fingerprints')) }}
),

order_totals as (
    select * from {{ ref('int_person_order_totals') }}
),

-- A touch in the moment of an order comes before it, as in attribution.
steps as (
    select
        person_id,
        touched_at as step_at,
        0 as is_order,
        touchpoint_id as step_id,
        {{ json_object_text({
            'at': iso_moment('touched_at'), 'type': 'touch_type', 'channel': 'channel', 'source': 'source',
            'medium': 'medium', 'campaign': 'campaign', 'id': 'touchpoint_id'
        }) }} as step
    from touchpoints

    union all

    select
        person_id,
        ordered_at as step_at,
        1 as is_order,
        connection || ' ' || order_id as step_id,
        {{ json_object_text({
            'at': iso_moment('ordered_at'), 'type': "'order'", 'status': 'order_status',
            'revenue': 'policy_revenue', 'currency': 'report_currency', 'id': 'order_id', 'connection': 'connection'
        }) }} as step
    from person_orders
),

numbered_steps as (
    select
        person_id,
        step,
        row_number() over (partition by person_id order by step_at, is_order, step_id) as step_number
    from steps
),

journeys as (
    select
        person_id,
        '[' || {{ text_list('step', 'step_number', ', ') }} || ']' as journey,
        count(*) as steps_shown
    from numbered_steps
    where step_number <= {{ most_steps }}
    group by person_id
),

numbered_touches as (
    select
        person_id,
        touch_type,
        touched_at,
        {% for label in labels() -%}
        {{ labelled(label) }} as {{ label }},
        {% endfor -%}
        row_number() over (partition by person_id order by touched_at, touchpoint_id) as touch_number,
        count(*) over (partition by person_id) as touches
    from touchpoints
),

touch_totals as (
    select
        person_id,
        count(*) as touches,
        {% for type in ['page_view', 'ad_click', 'opt_in', 'tag'] -%}
        count(case when touch_type = '{{ type }}' then 1 end) as {{ type }}s,
        {% endfor -%}
        min(touched_at) as first_touched_at,
        {% for label in labels() -%}
        max(case when touch_number = 1 then {{ label }} end) as first_{{ label }},
        max(case when touch_number = touches then {{ label }} end) as last_{{ label }},
        {% endfor -%}
        max(touched_at) as last_touched_at
    from numbered_touches
    group by person_id
),

touches_before as (
    select
        touchpoints.person_id,
        count(*) as touches_before_first_order
    from touchpoints
    inner join order_totals
        on
            touchpoints.person_id = order_totals.person_id
            and touchpoints.touched_at <= order_totals.first_ordered_at
    group by touchpoints.person_id
),

order_counts as (
    select
        person_id,
        count(*) as order_steps
    from person_orders
    group by person_id
)

select
    persons.person_id,
    persons.contact_ids,
    persons.email,
    persons.first_name,
    persons.last_name,
    persons.lead_created_at,
    persons.is_deleted,
    coalesce(touch_totals.touches, 0) as touches,
    coalesce(touch_totals.page_views, 0) as page_views,
    coalesce(touch_totals.ad_clicks, 0) as ad_clicks,
    coalesce(touch_totals.opt_ins, 0) as opt_ins,
    coalesce(touch_totals.tags, 0) as tag_additions,
    touch_totals.first_touched_at,
    {% for label in labels() -%}
    {{ labelled('touch_totals.first_' ~ label) }} as first_{{ label }},
    {% endfor -%}
    touch_totals.last_touched_at,
    {% for label in labels() -%}
    {{ labelled('touch_totals.last_' ~ label) }} as last_{{ label }},
    {% endfor -%}
    coalesce(order_totals.orders, 0) as orders,
    coalesce(order_totals.is_customer, false) as is_customer,
    order_totals.first_ordered_at,
    order_totals.last_ordered_at,
    coalesce(touches_before.touches_before_first_order, 0) as touches_before_first_order,
    '{{ report_currency() }}' as report_currency,
    {{ joined_amount('order_totals.person_id', 'order_totals.lifetime_revenue') }} as lifetime_revenue,
    {{ joined_amount('order_totals.person_id', 'order_totals.net_lifetime_revenue') }}
        as net_lifetime_revenue,
    coalesce(touch_totals.touches, 0) + coalesce(order_counts.order_steps, 0) as steps,
    coalesce(journeys.steps_shown, 0) as steps_shown,
    coalesce(journeys.journey, '[]') as journey
from persons
left join touch_totals on persons.person_id = touch_totals.person_id
left join touches_before on persons.person_id = touches_before.person_id
left join order_totals on persons.person_id = order_totals.person_id
left join order_counts on persons.person_id = order_counts.person_id
left join journeys on persons.person_id = journeys.person_id
