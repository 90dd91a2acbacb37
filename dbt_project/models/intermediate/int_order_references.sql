with orders as (
    select * from {{ ref('int_orders') }}
),

file_orders as (
    select * from {{ ref('int_file_orders') }}
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
    where order_id is not null
),

payment_intents as (
    select * from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data
),

charges as (
    select
        staged.*,
        linked.payment_key
    from {{ ref('stg_stripe__charges') }} as staged
    inner join {{ ref('int_charges') }} as linked
        on staged.connection = linked.connection and staged.charge_id = linked.charge_id
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where not is_test_data
),

sessions as (
    select
        order_checkouts.order_id,
        staged.*
    from {{ ref('stg_stripe__checkout_sessions') }} as staged
    inner join {{ ref('int_order_checkouts') }} as order_checkouts
        on
            staged.connection = order_checkouts.connection
            and staged.checkout_session_id = order_checkouts.checkout_session_id
),

-- What orders are called elsewhere.
foreign_names as (
    select
        connection,
        order_id,
        external_id as reference
    from file_orders

    union all

    select
        connection,
        invoice_id as order_id,
        metadata_order_id as reference
    from invoices

    union all

    select
        connection,
        order_id,
        metadata_order_id as reference
    from sessions

    union all

    select
        payment_orders.connection,
        payment_orders.order_id,
        charges.metadata_order_id as reference
    from charges
    inner join payment_orders
        on charges.connection = payment_orders.connection and charges.payment_key = payment_orders.payment_key

    union all

    select
        payment_orders.connection,
        payment_orders.order_id,
        payment_intents.metadata_order_id as reference
    from payment_intents
    inner join payment_orders
        on
            payment_intents.connection = payment_orders.connection
            and payment_intents.payment_intent_id = payment_orders.payment_key
),

named_elsewhere as (
    select distinct reference
    from foreign_names
    where trim(reference) <> ''
),

-- What they are called where they were made; of interest only when somebody else says the same.
own_names as (
    select
        connection,
        order_id,
        order_id as reference
    from orders

    union all

    select
        connection,
        order_id,
        own_order_id as reference
    from file_orders

    union all

    select
        connection,
        order_id,
        payment_key as reference
    from payment_orders

    union all

    select
        payment_orders.connection,
        payment_orders.order_id,
        charges.charge_id as reference
    from charges
    inner join payment_orders
        on charges.connection = payment_orders.connection and charges.payment_key = payment_orders.payment_key

    union all

    select
        connection,
        order_id,
        checkout_session_id as reference
    from sessions

    union all

    select
        connection,
        invoice_id as order_id,
        invoice_number as reference
    from invoices
)

select distinct
    own_names.connection,
    own_names.order_id,
    own_names.reference,
    true as is_own
from own_names
inner join named_elsewhere on own_names.reference = named_elsewhere.reference
inner join orders
    on own_names.connection = orders.connection and own_names.order_id = orders.order_id

union all

select distinct
    foreign_names.connection,
    foreign_names.order_id,
    foreign_names.reference,
    false as is_own
from foreign_names
inner join orders
    on foreign_names.connection = orders.connection and foreign_names.order_id = orders.order_id
where trim(foreign_names.reference) <> ''
