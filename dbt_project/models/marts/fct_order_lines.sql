with orders as (
    select * from {{ ref('int_orders') }}
),

invoice_lines as (
    select * from {{ ref('stg_stripe__invoice_lines') }}
),

checkout_lines as (
    select
        order_checkouts.order_id,
        lines.*
    from {{ ref('stg_stripe__checkout_session_lines') }} as lines
    inner join {{ ref('int_order_checkouts') }} as order_checkouts
        on
            lines.connection = order_checkouts.connection
            and lines.checkout_session_id = order_checkouts.checkout_session_id
            and order_checkouts.checkout_rank = 1
),

products as (
    select * from {{ ref('stg_stripe__products') }}
),

lined as (
    select
        orders.connection,
        orders.order_id,
        orders.currency as order_currency,
        orders.revenue_minor,
        orders.ordered_at,
        case
            when invoice_lines.invoice_id is not null then 'invoice'
            when checkout_lines.order_id is not null then 'checkout'
            else 'payment'
        end as line_source,
        coalesce(invoice_lines.line_position, checkout_lines.line_position, 1) as line_position,
        coalesce(invoice_lines.invoice_line_id, checkout_lines.checkout_line_id) as line_id,
        coalesce(invoice_lines.price_id, checkout_lines.price_id) as price_id,
        coalesce(invoice_lines.product_id, checkout_lines.product_id) as product_id,
        coalesce(invoice_lines.description, checkout_lines.description) as line_description,
        coalesce(invoice_lines.currency, checkout_lines.currency) as line_currency,
        coalesce(invoice_lines.amount_minor, checkout_lines.amount_minor) as amount_minor,
        coalesce(invoice_lines.discount_minor, checkout_lines.discount_minor, 0) as discount_minor,
        coalesce(invoice_lines.quantity, checkout_lines.quantity) as quantity,
        coalesce(invoice_lines.is_proration, false) as is_proration,
        invoice_lines.period_starts_at,
        invoice_lines.period_ends_at
    from orders
    left join invoice_lines
        on orders.connection = invoice_lines.connection and orders.order_id = invoice_lines.invoice_id
    left join checkout_lines
        on
            orders.connection = checkout_lines.connection
            and orders.order_id = checkout_lines.order_id
            and invoice_lines.invoice_id is null
)

select
    lined.connection,
    lined.order_id,
    lined.line_position,
    lined.line_source,
    lined.line_id,
    lined.price_id,
    lined.product_id,
    products.product_name,
    case
        when lined.line_source = 'payment' then 'Payment'
        else lined.line_description
    end as line_description,
    coalesce(lined.line_currency, lined.order_currency) as currency,
    case
        when lined.line_source = 'payment' then lined.revenue_minor
        else lined.amount_minor
    end as amount_minor,
    lined.discount_minor,
    lined.quantity,
    lined.is_proration,
    lined.ordered_at,
    lined.period_starts_at,
    lined.period_ends_at
from lined
left join products
    on lined.connection = products.connection and lined.product_id = products.product_id
