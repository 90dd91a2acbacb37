-- A payer no contact matches, and the second sight of a sale, are in no contact-based report.
with orders as (
    select
        connection,
        order_id,
        person_id,
        ordered_at,
        {{ local_date('ordered_at', report_timezone()) }} as order_date,
        order_status,
        currency,
        is_zero_amount,
        collected_minor > 0 as is_paid,
        policy_revenue_minor,
        net_revenue_minor,
        report_currency,
        policy_revenue,
        net_revenue
    from {{ ref('fct_orders') }}
    where person_id is not null and not is_duplicate
),

first_paid as (
    select
        connection,
        order_id,
        row_number() over (partition by person_id order by ordered_at, connection, order_id) as paid_number
    from orders
    where is_paid
)

select
    orders.connection,
    orders.order_id,
    orders.person_id,
    orders.ordered_at,
    orders.order_date,
    orders.order_status,
    orders.currency,
    orders.is_zero_amount,
    orders.is_paid,
    coalesce(first_paid.paid_number = 1, false) as is_first_paid,
    orders.policy_revenue_minor,
    orders.net_revenue_minor,
    orders.report_currency,
    orders.policy_revenue,
    orders.net_revenue
from orders
left join first_paid
    on orders.connection = first_paid.connection and orders.order_id = first_paid.order_id
