with persons as (
    select * from {{ ref('dim_persons') }}
    where lead_created_at is not null
),

first_touches as (
    select * from {{ ref('int_lead_touches') }}
),

order_totals as (
    select * from {{ ref('int_person_order_totals') }}
),

dated as (
    select
        person_id,
        {{ local_date('lead_created_at', report_timezone()) }} as report_date,
        {{ local_date('deleted_at', report_timezone()) }} as deleted_date
    from persons
)

select
    persons.person_id,
    dated.report_date,
    persons.lead_created_at,
    persons.contact_ids,
    persons.contacts,
    persons.email,
    persons.first_name,
    persons.last_name,
    persons.original_source,
    {% for label in labels() -%}
    {{ labelled('first_touches.' ~ label) }} as {{ label }},
    {% endfor -%}
    first_touches.touchpoint_id as first_touchpoint_id,
    first_touches.touched_at as first_touched_at,
    persons.is_deleted,
    persons.deleted_at,
    dated.deleted_date,
    coalesce(order_totals.is_customer, false) as is_customer,
    coalesce(order_totals.orders, 0) as orders,
    '{{ report_currency() }}' as report_currency,
    {{ joined_amount('order_totals.person_id', 'order_totals.lifetime_revenue') }} as lead_revenue,
    {{ joined_amount('order_totals.person_id', 'order_totals.net_lifetime_revenue') }}
        as net_lead_revenue,
    order_totals.first_order_connection,
    order_totals.first_order_id,
    order_totals.first_ordered_at,
    order_totals.first_order_date,
    order_totals.first_order_revenue,
    order_totals.net_first_order_revenue,
    case
        when order_totals.first_order_date >= dated.report_date
            then {{ calendar_days_between('order_totals.first_order_date', 'dated.report_date') }}
    end as days_until_purchase,
    coalesce(order_totals.first_order_date < dated.report_date, false) as purchased_before_lead
from persons
inner join dated on persons.person_id = dated.person_id
left join first_touches on persons.person_id = first_touches.person_id
left join order_totals on persons.person_id = order_totals.person_id
