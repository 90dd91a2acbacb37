-- Each dispute is in exactly one existing order or excluded for a reason.
with disputes as (
    select
        connection,
        dispute_id
    from {{ ref('stg_stripe__disputes') }}
    where not is_test_data
)

select
    coalesce(disputes.connection, facts.connection) as connection,
    coalesce(disputes.dispute_id, facts.dispute_id) as dispute_id
from disputes
full outer join {{ ref('fct_disputes') }} as facts
    on disputes.connection = facts.connection and disputes.dispute_id = facts.dispute_id
left join {{ ref('fct_orders') }} as orders
    on facts.connection = orders.connection and facts.order_id = orders.order_id
where
    disputes.dispute_id is null
    or facts.dispute_id is null
    or (orders.order_id is null and facts.exclusion_reason is null)
    or (not orders.is_duplicate and facts.exclusion_reason is not null)
    or (orders.is_duplicate and facts.exclusion_reason is null)
