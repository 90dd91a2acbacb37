-- Each succeeded refund, of the files too, is in exactly one existing order or excluded for a reason.
with refunds as (
    select
        connection,
        refund_id
    from {{ ref('int_refund_charges') }}
    where status = 'succeeded'

    union all

    select
        connection,
        refund_id
    from {{ ref('stg_files__refunds') }}
    where not is_deleted
)

select
    coalesce(refunds.connection, facts.connection) as connection,
    coalesce(refunds.refund_id, facts.refund_id) as refund_id
from refunds
full outer join {{ ref('fct_refunds') }} as facts
    on refunds.connection = facts.connection and refunds.refund_id = facts.refund_id
left join {{ ref('fct_orders') }} as orders
    on facts.connection = orders.connection and facts.order_id = orders.order_id
where
    refunds.refund_id is null
    or facts.refund_id is null
    or (orders.order_id is null and facts.exclusion_reason is null)
    or (orders.is_duplicate and facts.exclusion_reason is null)
