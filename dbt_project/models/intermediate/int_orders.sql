with invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where not is_test_data and not is_deleted and status not in ('draft', 'void')
),

payment_intents as (
    select * from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
    where order_source <> 'invoice'
),

payment_totals as (
    select * from {{ ref('int_payment_totals') }}
),

line_counts as (
    select
        connection,
        invoice_id,
        count(*) as order_lines
    from {{ ref('stg_stripe__invoice_lines') }}
    group by connection, invoice_id
),

checkouts as (
    select * from {{ ref('int_order_checkouts') }}
    where checkout_rank = 1
),

checkout_line_counts as (
    select
        checkouts.connection,
        checkouts.order_id,
        count(*) as order_lines
    from checkouts
    inner join {{ ref('stg_stripe__checkout_session_lines') }} as lines
        on
            checkouts.connection = lines.connection
            and checkouts.checkout_session_id = lines.checkout_session_id
    group by checkouts.connection, checkouts.order_id
),

file_orders as (
    select * from {{ ref('int_file_orders') }}
),

invoice_orders as (
    select
        'stripe' as connector,
        'stripe' as processor,
        invoices.connection,
        invoices.invoice_id as order_id,
        'invoice' as order_source,
        coalesce(invoices.customer_id, payment_totals.customer_id) as customer_id,
        invoices.subscription_id,
        invoices.status as vendor_status,
        invoices.currency,
        invoices.total_minor as revenue_minor,
        invoices.remaining_minor,
        invoices.tax_minor,
        coalesce(line_counts.order_lines, checkout_line_counts.order_lines, 1) as order_lines,
        invoices.customer_email,
        cast(null as {{ text_type() }}) as receipt_email,
        cast(null as {{ text_type() }}) as contact_id,
        invoices.created_at as ordered_at,
        invoices.finalized_at,
        coalesce(invoices.paid_at, payment_totals.first_paid_at) as paid_at
    from invoices
    left join payment_totals
        on invoices.connection = payment_totals.connection and invoices.invoice_id = payment_totals.order_id
    left join line_counts
        on invoices.connection = line_counts.connection and invoices.invoice_id = line_counts.invoice_id
    left join checkout_line_counts
        on
            invoices.connection = checkout_line_counts.connection
            and invoices.invoice_id = checkout_line_counts.order_id
),

-- A PaymentIntent that is not in the raw layer (yet) is read from its charges.
payment_only_orders as (
    select
        'stripe' as connector,
        'stripe' as processor,
        payment_orders.connection,
        payment_orders.order_id,
        payment_orders.order_source,
        coalesce(payment_intents.customer_id, payment_totals.customer_id) as customer_id,
        cast(null as {{ text_type() }}) as subscription_id,
        payment_intents.status as vendor_status,
        coalesce(payment_intents.currency, payment_totals.currency) as currency,
        case
            when payment_intents.status = 'succeeded'
                then coalesce(payment_intents.amount_received_minor, payment_intents.amount_minor)
            when payment_intents.payment_intent_id is not null then payment_intents.amount_minor
            when payment_totals.has_payment then payment_totals.collected_minor
            else payment_totals.newest_amount_minor
        end as revenue_minor,
        cast(null as bigint) as remaining_minor,
        cast(coalesce(checkouts.tax_minor, 0) as bigint) as tax_minor,
        coalesce(checkout_line_counts.order_lines, 1) as order_lines,
        cast(null as {{ text_type() }}) as customer_email,
        payment_intents.receipt_email,
        cast(null as {{ text_type() }}) as contact_id,
        coalesce(payment_intents.created_at, payment_totals.first_charged_at) as ordered_at,
        cast(null as {{ timestamp_type() }}) as finalized_at,
        payment_totals.first_paid_at as paid_at
    from payment_orders
    left join payment_intents
        on
            payment_orders.connection = payment_intents.connection
            and payment_orders.payment_key = payment_intents.payment_intent_id
    left join payment_totals
        on
            payment_orders.connection = payment_totals.connection
            and payment_orders.order_id = payment_totals.order_id
    left join checkouts
        on payment_orders.connection = checkouts.connection and payment_orders.order_id = checkouts.order_id
    left join checkout_line_counts
        on
            payment_orders.connection = checkout_line_counts.connection
            and payment_orders.order_id = checkout_line_counts.order_id
),

orders_of_files as (
    select
        'files' as connector,
        processor,
        connection,
        order_id,
        'file' as order_source,
        cast(null as {{ text_type() }}) as customer_id,
        subscription_id,
        status as vendor_status,
        currency,
        total_minor as revenue_minor,
        cast(null as bigint) as remaining_minor,
        tax_minor,
        order_lines,
        email_normalized as customer_email,
        cast(null as {{ text_type() }}) as receipt_email,
        contact_id,
        ordered_at,
        cast(null as {{ timestamp_type() }}) as finalized_at,
        paid_at
    from file_orders
)

select * from invoice_orders

union all

select * from payment_only_orders

union all

select * from orders_of_files
