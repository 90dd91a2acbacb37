with additions as (
    select
        fct_tag_events.*,
        {{ local_date('added_at', report_timezone()) }} as report_date
    from {{ ref('fct_tag_events') }} as fct_tag_events
    where person_id is not null and added_at is not null
),

persons as (
    select * from {{ ref('dim_persons') }}
),

order_totals as (
    select * from {{ ref('int_person_order_totals') }}
),

orders_after as (
    select * from {{ ref('int_nurture_orders') }}
),

numbered as (
    select
        additions.*,
        row_number() over (
            partition by connection, tag_kind, tag_id, person_id
            order by added_at, tag_event_id
        ) as addition_number,
        row_number() over (
            partition by report_date, connection, tag_kind, tag_id, person_id
            order by added_at, tag_event_id
        ) as addition_of_day
    from additions
)

select
    numbered.connection,
    numbered.tag_event_id,
    numbered.report_date,
    numbered.connector,
    numbered.tag_kind,
    coalesce(numbered.tag_id, '(none)') as tag_id,
    numbered.tag_name,
    numbered.person_id,
    numbered.contact_id,
    persons.contact_ids,
    persons.email,
    persons.first_name,
    persons.last_name,
    persons.lead_created_at,
    numbered.added_at,
    numbered.removed_at,
    numbered.is_currently_applied,
    numbered.addition_number,
    numbered.addition_of_day = 1 as is_first_of_day,
    coalesce(order_totals.is_customer, false) as is_customer,
    '{{ report_currency() }}' as report_currency,
    coalesce(orders_after.orders_after_touch, 0) as orders_after_touch,
    {{ joined_amount('orders_after.tag_event_id', 'orders_after.revenue_after_touch') }}
        as revenue_after_touch,
    {{ joined_amount('orders_after.tag_event_id', 'orders_after.net_revenue_after_touch') }}
        as net_revenue_after_touch,
    {{ joined_amount('order_totals.person_id', 'order_totals.lifetime_revenue') }} as revenue_any_time,
    {{ joined_amount('order_totals.person_id', 'order_totals.net_lifetime_revenue') }}
        as net_revenue_any_time,
    orders_after.first_paid_after_at,
    orders_after.days_to_purchase
from numbered
left join persons on numbered.person_id = persons.person_id
left join order_totals on numbered.person_id = order_totals.person_id
left join orders_after
    on numbered.connection = orders_after.connection and numbered.tag_event_id = orders_after.tag_event_id
