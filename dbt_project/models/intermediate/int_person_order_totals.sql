with person_orders as (
    select * from {{ ref('int_person_orders') }}
)

select
    person_id,
    cast(sum(case when is_zero_amount then 0 else 1 end) as bigint) as orders,
    max(case when is_paid then 1 else 0 end) = 1 as is_customer,
    max(case when is_first_paid then connection end) as first_order_connection,
    max(case when is_first_paid then order_id end) as first_order_id,
    max(case when is_first_paid then ordered_at end) as first_ordered_at,
    max(case when is_first_paid then order_date end) as first_order_date,
    cast(max(case when is_first_paid then policy_revenue end) as numeric(38, 3)) as first_order_revenue,
    cast(max(case when is_first_paid then net_revenue end) as numeric(38, 3)) as net_first_order_revenue,
    max(ordered_at) as last_ordered_at,
    cast({{ known_sum('policy_revenue') }} as numeric(38, 3)) as lifetime_revenue,
    cast({{ known_sum('net_revenue') }} as numeric(38, 3)) as net_lifetime_revenue
from person_orders
group by person_id
