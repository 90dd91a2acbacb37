with documents as (
    select * from {{ ref('base_files__refunds') }}
),

orders as (
    select * from {{ ref('stg_files__orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

listed as (
    select
        documents.connection,
        {{ file_id('documents.data', 'id') }} as refund_id,
        {{ file_id('documents.data', 'order_id') }} as order_id,
        {{ json_text('documents.data', 'reason') }} as reason,
        currencies.currency,
        {{ file_amount('documents.data', 'amount', 'currencies.exponent') }} as amount_minor,
        false as is_dated_by_order,
        documents.is_deleted,
        {{ utc_moment(json_text('documents.data', 'date')) }} as refunded_at
    from documents
    left join currencies on lower({{ json_text('documents.data', 'currency') }}) = currencies.currency
),

orders_with_refunds as (
    select distinct
        connection,
        order_id
    from listed
    where not is_deleted
),

-- An order marked as refunded, of which no refund is listed: all that was paid, dated by the order.
marked as (
    select
        orders.connection,
        orders.order_id || '/refunded' as refund_id,
        orders.order_id,
        cast(null as {{ text_type() }}) as reason,
        orders.currency,
        orders.paid_minor as amount_minor,
        true as is_dated_by_order,
        orders.is_deleted,
        coalesce(orders.paid_at, orders.ordered_at) as refunded_at
    from orders
    left join orders_with_refunds
        on
            orders.connection = orders_with_refunds.connection
            and orders.order_id = orders_with_refunds.order_id
    where orders.is_refunded and orders.paid_minor > 0 and orders_with_refunds.order_id is null
),

refunds as (
    select * from listed

    union all

    select * from marked
)

select
    connection,
    refund_id,
    order_id,
    reason,
    currency,
    amount_minor,
    is_dated_by_order,
    is_deleted,
    refunded_at
from refunds
