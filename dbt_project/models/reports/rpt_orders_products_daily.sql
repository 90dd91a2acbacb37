with order_lines as (
    select
        fct_order_lines.*,
        {{ local_date('ordered_at', report_timezone()) }} as report_date
    from {{ ref('fct_order_lines') }} as fct_order_lines
    where not is_duplicate
),

products as (
    select
        connection,
        product_id,
        product_name
    from {{ ref('dim_products') }}
),

-- A line that names no product is counted under what it says.
named as (
    select
        order_lines.*,
        coalesce(order_lines.product_id, '(none)') as product_key,
        coalesce(products.product_name, order_lines.line_description, '(none)') as product
    from order_lines
    left join products
        on order_lines.connection = products.connection and order_lines.product_id = products.product_id
)

select
    report_date,
    connector,
    connection,
    currency,
    product_key as product_id,
    product as product_name,
    cast(count(distinct order_id) as bigint) as orders,
    cast(count(*) as bigint) as order_lines,
    cast(sum(coalesce(quantity, 1)) as bigint) as quantity,
    cast(sum(amount_minor) as bigint) as amount_minor,
    cast(sum(discount_minor) as bigint) as discount_minor,
    cast(sum(amount_minor) - sum(discount_minor) as bigint) as net_amount_minor,
    '{{ report_currency() }}' as report_currency,
    cast({{ known_sum('amount') }} as numeric(38, 3)) as amount,
    cast({{ known_sum('discount') }} as numeric(38, 3)) as discount,
    cast({{ known_sum('amount') }} - {{ known_sum('discount') }} as numeric(38, 3)) as net_amount,
    {{ as_of('orders') }} as as_of
from named
group by report_date, connector, connection, currency, product_key, product
