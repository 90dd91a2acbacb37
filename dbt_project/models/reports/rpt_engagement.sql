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

-- An identified page view is a touchpoint, an ad click when it carries the click's id.
with identified as (
    select
        fct_touchpoints.*,
        {{ local_date('touched_at', report_timezone()) }} as report_date
    from {{ ref('fct_touchpoints') }} as fct_touchpoints
    where
        touch_type in ('page_view', 'ad_click')
        and {{ is_changed_person(this, ref('int_person_fingerprints')) }}
),

views as (
    select
        identified.*,
        row_number() over (
            partition by person_id, report_date order by touched_at, connection, source_row_id
        ) as view_of_day
    from identified
),

persons as (
    select * from {{ ref('dim_persons') }}
),

order_totals as (
    select * from {{ ref('int_person_order_totals') }}
),

day_totals as (
    select
        person_id,
        order_date,
        {{ known_sum('policy_revenue') }} as revenue_same_day,
        {{ known_sum('net_revenue') }} as net_revenue_same_day
    from {{ ref('int_person_orders') }}
    group by person_id, order_date
)

select
    views.connection,
    views.source_row_id as page_view_id,
    views.report_date,
    views.touched_at as viewed_at,
    views.touchpoint_id,
    {% for label in labels() -%}
    {{ labelled('views.' ~ label) }} as {{ label }},
    {% endfor -%}
    views.url,
    views.referrer_host,
    views.person_id,
    persons.contact_ids,
    persons.email,
    persons.first_name,
    persons.last_name,
    persons.lead_created_at,
    views.view_of_day = 1 as is_first_of_day,
    coalesce(order_totals.is_customer, false) as is_customer,
    '{{ report_currency() }}' as report_currency,
    {{ joined_amount('day_totals.person_id', 'day_totals.revenue_same_day') }} as revenue_same_day,
    {{ joined_amount('day_totals.person_id', 'day_totals.net_revenue_same_day') }}
        as net_revenue_same_day,
    {{ joined_amount('order_totals.person_id', 'order_totals.lifetime_revenue') }} as lifetime_revenue,
    {{ joined_amount('order_totals.person_id', 'order_totals.net_lifetime_revenue') }}
        as net_lifetime_revenue
from views
left join persons on views.person_id = persons.person_id
left join order_totals on views.person_id = order_totals.person_id
left join day_totals
    on views.person_id = day_totals.person_id and views.report_date = day_totals.order_date
