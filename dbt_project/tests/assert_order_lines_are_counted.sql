-- Each order has as many lines as it says.
with lines as (
    select
        connection,
        order_id,
        count(*) as order_lines
    from {{ ref('fct_order_lines') }}
    group by connection, order_id
)

select
    coalesce(orders.connection, lines.connection) as connection,
    coalesce(orders.order_id, lines.order_id) as order_id
from {{ ref('fct_orders') }} as orders
full outer join lines
    on orders.connection = lines.connection and orders.order_id = lines.order_id
where orders.order_id is null or lines.order_id is null or orders.order_lines <> lines.order_lines
