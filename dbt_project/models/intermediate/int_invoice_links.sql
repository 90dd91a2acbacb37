with invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where not is_test_data and not is_deleted
),

invoice_payments as (
    select * from {{ ref('stg_stripe__invoice_payments') }}
),

payment_intents as (
    select * from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data
),

charges as (
    select * from {{ ref('int_charges') }}
),

named_charges as (
    select
        connection,
        charge_id,
        invoice_id,
        case when status = 'paid' then 1 else 2 end as preference
    from invoice_payments
    where charge_id is not null

    union all

    select
        connection,
        charge_id,
        invoice_id,
        1 as preference
    from invoices
    where charge_id is not null

    union all

    select
        connection,
        charge_id,
        invoice_id,
        1 as preference
    from charges
    where invoice_id is not null
),

links as (
    select
        connection,
        payment_intent_id as payment_key,
        invoice_id,
        case when status = 'paid' then 1 else 2 end as preference
    from invoice_payments
    where payment_intent_id is not null

    union all

    select
        connection,
        payment_intent_id as payment_key,
        invoice_id,
        1 as preference
    from invoices
    where payment_intent_id is not null

    union all

    select
        connection,
        payment_intent_id as payment_key,
        invoice_id,
        1 as preference
    from payment_intents
    where invoice_id is not null

    union all

    -- An invoice that names a charge owns its PaymentIntent and with it every attempt.
    select
        named_charges.connection,
        charges.payment_key,
        named_charges.invoice_id,
        named_charges.preference
    from named_charges
    inner join charges
        on
            named_charges.connection = charges.connection
            and named_charges.charge_id = charges.charge_id
),

ranked as (
    select
        links.connection,
        links.payment_key,
        links.invoice_id,
        invoices.status as invoice_status,
        row_number() over (
            partition by links.connection, links.payment_key
            order by
                case when invoices.status in ('draft', 'void') then 1 else 0 end asc,
                links.preference asc,
                invoices.created_at desc,
                links.invoice_id asc
        ) as link_rank
    from links
    inner join invoices
        on links.connection = invoices.connection and links.invoice_id = invoices.invoice_id
)

select
    connection,
    payment_key,
    invoice_id,
    invoice_status
from ranked
where link_rank = 1
