-- Each succeeded charge of staging is one payment, in exactly one existing order or excluded for a reason.
with charges as (
    select
        connection,
        charge_id
    from {{ ref('stg_stripe__charges') }}
    where not is_test_data and status = 'succeeded' and is_captured
)

select
    coalesce(charges.connection, payments.connection) as connection,
    coalesce(charges.charge_id, payments.payment_id) as payment_id,
    payments.order_id,
    payments.exclusion_reason
from charges
full outer join {{ ref('fct_payments') }} as payments
    on charges.connection = payments.connection and charges.charge_id = payments.payment_id
left join {{ ref('fct_orders') }} as orders
    on payments.connection = orders.connection and payments.order_id = orders.order_id
where
    charges.charge_id is null
    or payments.payment_id is null
    or (orders.order_id is null and payments.exclusion_reason is null)
    or (orders.order_id is not null and payments.exclusion_reason is not null)
