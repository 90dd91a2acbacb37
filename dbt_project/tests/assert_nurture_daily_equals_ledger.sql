{%- set keys = ['report_date', 'connection', 'tag_kind', 'tag_id'] -%}
{%- set measures = [
    'tag_additions', 'tag_additions_currently_applied', 'persons', 'customers', 'revenue_after_touch',
    'net_revenue_after_touch', 'revenue_any_time', 'net_revenue_any_time', 'days_to_purchase_count',
    'days_to_purchase_median'
] -%}

-- Each person's earliest addition of the row, found by its time alone.
with additions as (
    select * from {{ ref('rpt_nurture') }}
),

persons as (
    select
        additions.*,
        row_number() over (
            partition by report_date, connection, tag_kind, tag_id, person_id
            order by added_at, tag_event_id
        ) as person_row
    from additions
),

of_additions as (
    select
        report_date,
        connection,
        tag_kind,
        tag_id,
        count(*) as tag_additions,
        count(case when is_currently_applied then 1 end) as tag_additions_currently_applied,
        count(distinct person_id) as persons,
        count(distinct case when is_customer then person_id end) as customers
    from additions
    group by report_date, connection, tag_kind, tag_id
),

of_persons as (
    select
        report_date,
        connection,
        tag_kind,
        tag_id,
        {{ known_sum('revenue_after_touch') }} as revenue_after_touch,
        {{ known_sum('net_revenue_after_touch') }} as net_revenue_after_touch,
        {{ known_sum('revenue_any_time') }} as revenue_any_time,
        {{ known_sum('net_revenue_any_time') }} as net_revenue_any_time,
        count(days_to_purchase) as days_to_purchase_count,
        round({{ median('days_to_purchase') }}, 1) as days_to_purchase_median
    from persons
    where person_row = 1
    group by report_date, connection, tag_kind, tag_id
),

ledger as (
    select
        of_additions.*,
        of_persons.revenue_after_touch,
        of_persons.net_revenue_after_touch,
        of_persons.revenue_any_time,
        of_persons.net_revenue_any_time,
        of_persons.days_to_purchase_count,
        of_persons.days_to_purchase_median
    from of_additions
    inner join of_persons
        on
            of_additions.report_date = of_persons.report_date
            and of_additions.connection = of_persons.connection
            and of_additions.tag_kind = of_persons.tag_kind
            and of_additions.tag_id = of_persons.tag_id
)

{{ disagreements('ledger', ref('rpt_nurture_daily'), keys, measures) }}
