with additions as (
    select * from {{ ref('rpt_nurture') }}
),

-- Persons, and all that is told of a person, stand in their earliest addition of the row: counted once.
counted as (
    select
        report_date,
        connection,
        connector,
        tag_kind,
        tag_id,
        tag_name,
        person_id,
        is_currently_applied,
        is_first_of_day,
        is_first_of_day and is_customer as is_customer,
        case when is_first_of_day then revenue_after_touch else 0 end as revenue_after_touch,
        case when is_first_of_day then net_revenue_after_touch else 0 end as net_revenue_after_touch,
        case when is_first_of_day then revenue_any_time else 0 end as revenue_any_time,
        case when is_first_of_day then net_revenue_any_time else 0 end as net_revenue_any_time,
        case when is_first_of_day then days_to_purchase end as days_to_purchase
    from additions
)

select
    report_date,
    connection,
    tag_kind,
    tag_id,
    max(connector) as connector,
    max(tag_name) as tag_name,
    count(*) as tag_additions,
    cast(sum(case when is_currently_applied then 1 else 0 end) as bigint) as tag_additions_currently_applied,
    cast(sum(case when is_first_of_day then 1 else 0 end) as bigint) as persons,
    cast(sum(case when is_customer then 1 else 0 end) as bigint) as customers,
    '{{ report_currency() }}' as report_currency,
    cast({{ known_sum('revenue_after_touch') }} as numeric(38, 3)) as revenue_after_touch,
    cast({{ known_sum('net_revenue_after_touch') }} as numeric(38, 3)) as net_revenue_after_touch,
    cast({{ known_sum('revenue_any_time') }} as numeric(38, 3)) as revenue_any_time,
    cast({{ known_sum('net_revenue_any_time') }} as numeric(38, 3)) as net_revenue_any_time,
    cast({{ median('days_to_purchase') }} as numeric(38, 1)) as days_to_purchase_median,
    count(days_to_purchase) as days_to_purchase_count,
    {{ as_of('nurture') }} as as_of
from counted
group by report_date, connection, tag_kind, tag_id
