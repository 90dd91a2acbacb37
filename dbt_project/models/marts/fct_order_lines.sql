with orders as (
    select * from {{ ref('fct_orders') }}
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

file_lines as (
    select
        lines.*,
        row_number() over (
            partition by lines.connection, lines.order_id
            order by length(lines.order_line_id), lines.order_line_id
        ) as line_position
    from {{ ref('stg_files__order_lines') }} as lines
    where not lines.is_deleted
),

products as (
    select * from {{ ref('dim_products') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

report_currencies as (
    {{ report_currency_row() }}
),

lined as (
    select
        orders.connector,
        orders.connection,
        orders.order_id,
        orders.is_duplicate,
        orders.report_currency,
        orders.report_rate,
        orders.currency as order_currency,
        orders.revenue_minor,
        orders.ordered_at,
        case
            when invoice_lines.invoice_id is not null then 'invoice'
            when checkout_lines.order_id is not null then 'checkout'
            when file_lines.order_id is not null then 'file'
            else 'payment'
        end as line_source,
        coalesce(
            invoice_lines.line_position, checkout_lines.line_position, file_lines.line_position, 1
        ) as line_position,
        coalesce(
            invoice_lines.invoice_line_id, checkout_lines.checkout_line_id, file_lines.order_line_id
        ) as line_id,
        coalesce(invoice_lines.price_id, checkout_lines.price_id) as price_id,
        coalesce(invoice_lines.product_id, checkout_lines.product_id, file_lines.product_id) as product_id,
        coalesce(
            invoice_lines.description, checkout_lines.description, file_lines.description
        ) as line_description,
        coalesce(invoice_lines.currency, checkout_lines.currency, file_lines.currency) as line_currency,
        coalesce(
            invoice_lines.amount_minor, checkout_lines.amount_minor, file_lines.amount_minor
        ) as amount_minor,
        coalesce(invoice_lines.discount_minor, checkout_lines.discount_minor, 0) as discount_minor,
        coalesce(invoice_lines.quantity, checkout_lines.quantity, file_lines.quantity) as quantity,
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
    left join file_lines
        on orders.connection = file_lines.connection and orders.order_id = file_lines.order_id
),

amounts as (
    select
        lined.*,
        coalesce(lined.line_currency, lined.order_currency) as currency,
        case
            when lined.line_source = 'payment' then lined.revenue_minor
            else lined.amount_minor
        end as line_minor
    from lined
)

select
    amounts.connector,
    amounts.connection,
    amounts.order_id,
    amounts.is_duplicate,
    amounts.line_position,
    amounts.line_source,
    amounts.line_id,
    amounts.price_id,
    amounts.product_id,
    products.product_name,
    case
        when amounts.line_source = 'payment' then 'Payment'
        else {{ pii_in_text('amounts.line_description') }}
    end as line_description,
    amounts.currency,
    amounts.line_minor as amount_minor,
    amounts.discount_minor,
    amounts.report_currency,
    {{ report_amount(
        'amounts.line_minor', 'amounts.report_rate', 'currencies.exponent', 'report_currencies.exponent'
    ) }} as amount,
    {{ report_amount(
        'amounts.discount_minor', 'amounts.report_rate', 'currencies.exponent', 'report_currencies.exponent'
    ) }} as discount,
    amounts.quantity,
    amounts.is_proration,
    amounts.ordered_at,
    amounts.period_starts_at,
    amounts.period_ends_at
from amounts
left join products
    on amounts.connection = products.connection and amounts.product_id = products.product_id
left join currencies on amounts.currency = currencies.currency
left join report_currencies on true
