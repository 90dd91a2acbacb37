-- Orders at or after an addition, and inside the window that began with it.
with additions as (
    select
        connection,
        tag_event_id,
        person_id,
        added_at,
        {{ local_date('added_at', report_timezone()) }} as added_date
    from {{ ref('fct_tag_events') }}
    where person_id is not null
),

person_orders as (
    select * from {{ ref('int_person_orders') }}
)

select
    additions.connection,
    additions.tag_event_id,
    cast(sum(case when person_orders.is_zero_amount then 0 else 1 end) as bigint) as orders_after_touch,
    cast({{ known_sum('person_orders.policy_revenue') }} as numeric(38, 3)) as revenue_after_touch,
    cast({{ known_sum('person_orders.net_revenue') }} as numeric(38, 3)) as net_revenue_after_touch,
    min(case when person_orders.is_paid then person_orders.ordered_at end) as first_paid_after_at,
    min(
        case
            when person_orders.is_paid
                then {{ calendar_days_between('person_orders.order_date', 'additions.added_date') }}
        end
    ) as days_to_purchase
from additions
inner join person_orders
    on
        additions.person_id = person_orders.person_id
        and additions.added_at <= person_orders.ordered_at
        {%- if nurture_window_days() %}
        and person_orders.ordered_at
        <= {{ seconds_after('additions.added_at', (nurture_window_days() | float * 86400) | int) }}
        {%- endif %}
group by additions.connection, additions.tag_event_id
