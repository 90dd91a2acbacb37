with disputes as (
    select * from {{ ref('int_disputes') }}
),

fees as (
    select
        connection,
        object_id as dispute_id,
        cast(sum(fees_minor) as bigint) as fee_minor
    from {{ ref('int_object_fees') }}
    group by connection, object_id
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select
    disputes.connection,
    disputes.dispute_id,
    disputes.charge_id as payment_id,
    disputes.order_id,
    disputes.exclusion_reason,
    disputes.status as dispute_status,
    disputes.reason as dispute_reason,
    disputes.currency,
    disputes.amount_minor,
    disputes.lost_minor,
    coalesce(fees.fee_minor, 0) as fee_minor,
    disputes.disputed_currency,
    disputes.disputed_minor,
    disputes.is_lost,
    disputes.is_open,
    orders.payer_id,
    orders.person_id,
    orders.match_method,
    orders.ordered_at,
    disputes.charged_at,
    disputes.withdrawn_at,
    disputes.created_at as disputed_at
from disputes
left join fees
    on disputes.connection = fees.connection and disputes.dispute_id = fees.dispute_id
left join orders
    on disputes.connection = orders.connection and disputes.order_id = orders.order_id
