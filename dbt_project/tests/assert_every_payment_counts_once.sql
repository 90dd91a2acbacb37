-- Each succeeded charge and each paid order of the files is one payment, in exactly one existing order or
-- excluded for a reason; that of a duplicate has both.
with paid as (
    select
        connection,
        charge_id as payment_id
    from {{ ref('stg_stripe__charges') }}
    where not is_test_data and status = 'succeeded' and is_captured

    union all

    select
        connection,
        order_id as payment_id
    from {{ ref('stg_files__orders') }}
    where not is_deleted and paid_minor <> 0
)

select
    coalesce(paid.connection, payments.connection) as connection,
    coalesce(paid.payment_id, payments.payment_id) as payment_id,
    payments.order_id,
    payments.exclusion_reason
from paid
full outer join {{ ref('fct_payments') }} as payments
    on paid.connection = payments.connection and paid.payment_id = payments.payment_id
left join {{ ref('fct_orders') }} as orders
    on payments.connection = orders.connection and payments.order_id = orders.order_id
where
    paid.payment_id is null
    or payments.payment_id is null
    or (orders.order_id is null and payments.exclusion_reason is null)
    or (not orders.is_duplicate and payments.exclusion_reason is not null)
    or (orders.is_duplicate and payments.exclusion_reason is null)
