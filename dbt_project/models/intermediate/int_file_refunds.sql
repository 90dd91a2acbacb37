with refunds as (
    select * from {{ ref('stg_files__refunds') }}
    where not is_deleted
),

orders as (
    select * from {{ ref('int_file_orders') }}
)

select
    refunds.connection,
    refunds.refund_id,
    orders.order_id,
    refunds.reason,
    refunds.currency,
    refunds.amount_minor,
    case
        when orders.order_id is null then 'order_missing'
        when refunds.currency <> orders.currency then 'other_currency'
        when orders.collected_minor = 0 then 'nothing_paid'
    end as exclusion_reason,
    coalesce(orders.paid_at, orders.ordered_at, refunds.refunded_at) as charged_at,
    refunds.refunded_at as created_at
from refunds
left join orders
    on refunds.connection = orders.connection and refunds.order_id = orders.order_id
