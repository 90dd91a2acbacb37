{% set rounds = 3 %}

with invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where not is_test_data and not is_deleted
),

payment_intents as (
    select * from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data
),

invoice_payments as (
    select
        connection,
        invoice_id,
        count(*) as payments
    from {{ ref('stg_stripe__invoice_payments') }}
    group by connection, invoice_id
),

invoice_links as (
    select * from {{ ref('int_invoice_links') }}
),

linked_invoices as (
    select
        connection,
        invoice_id
    from invoice_links
    group by connection, invoice_id
),

payments as (
    select
        connection,
        payment_key,
        min(created_at) as charged_at
    from {{ ref('int_charges') }}
    where is_payment
    group by connection, payment_key
),

receipts as (
    select
        invoices.connection,
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency,
        invoices.total_minor as amount_minor,
        invoices.created_at
    from invoices
    left join linked_invoices
        on
            invoices.connection = linked_invoices.connection
            and invoices.invoice_id = linked_invoices.invoice_id
    left join invoice_payments
        on
            invoices.connection = invoice_payments.connection
            and invoices.invoice_id = invoice_payments.invoice_id
    where
        invoices.status = 'paid'
        and invoices.total_minor > 0
        and (invoices.attempt_count = 0 or not invoices.is_attempted)
        and not invoices.is_paid_out_of_band
        and invoices.payment_intent_id is null
        and invoices.charge_id is null
        and linked_invoices.invoice_id is null
        and invoice_payments.invoice_id is null
),

free_intents as (
    select
        payment_intents.connection,
        payment_intents.payment_intent_id,
        payment_intents.customer_id,
        payment_intents.currency,
        coalesce(payment_intents.amount_received_minor, payment_intents.amount_minor) as amount_minor,
        payment_intents.created_at,
        coalesce(payments.charged_at, payment_intents.created_at) as charged_at
    from payment_intents
    left join invoice_links
        on
            payment_intents.connection = invoice_links.connection
            and payment_intents.payment_intent_id = invoice_links.payment_key
    left join payments
        on
            payment_intents.connection = payments.connection
            and payment_intents.payment_intent_id = payments.payment_key
    where payment_intents.status = 'succeeded' and invoice_links.payment_key is null
),

sessions as (
    select
        receipts.connection,
        receipts.invoice_id,
        free_intents.payment_intent_id,
        row_number() over (
            partition by receipts.connection, receipts.invoice_id
            order by checkout_sessions.created_at, free_intents.payment_intent_id
        ) as intent_rank,
        row_number() over (
            partition by receipts.connection, free_intents.payment_intent_id
            order by checkout_sessions.created_at, receipts.invoice_id
        ) as invoice_rank
    from {{ ref('stg_stripe__checkout_sessions') }} as checkout_sessions
    inner join receipts
        on
            checkout_sessions.connection = receipts.connection
            and checkout_sessions.invoice_id = receipts.invoice_id
    inner join free_intents
        on
            checkout_sessions.connection = free_intents.connection
            and checkout_sessions.payment_intent_id = free_intents.payment_intent_id
),

-- One checkout made both: no need to compare.
pairs_0 as (
    select
        connection,
        invoice_id,
        payment_intent_id
    from sessions
    where intent_rank = 1 and invoice_rank = 1
),

distances as (
    select
        receipts.connection,
        receipts.invoice_id,
        free_intents.payment_intent_id,
        receipts.created_at as invoiced_at,
        free_intents.created_at as intended_at,
        least(
            {{ seconds_apart('receipts.created_at', 'free_intents.created_at') }},
            {{ seconds_apart('receipts.created_at', 'free_intents.charged_at') }}
        ) as seconds_apart
    from receipts
    inner join free_intents
        on
            receipts.connection = free_intents.connection
            and receipts.customer_id = free_intents.customer_id
            and receipts.currency = free_intents.currency
            and receipts.amount_minor = free_intents.amount_minor
),

candidates as (
    select * from distances
    where seconds_apart <= 600
),
{% for round in range(1, rounds + 1) %}
-- Then mutually nearest pairs; the next round pairs what they leave over.
ranked_{{ round }} as (
    select
        candidates.connection,
        candidates.invoice_id,
        candidates.payment_intent_id,
        row_number() over (
            partition by candidates.connection, candidates.invoice_id
            order by candidates.seconds_apart, candidates.intended_at, candidates.payment_intent_id
        ) as intent_rank,
        row_number() over (
            partition by candidates.connection, candidates.payment_intent_id
            order by candidates.seconds_apart, candidates.invoiced_at, candidates.invoice_id
        ) as invoice_rank
    from candidates
    left join pairs_{{ round - 1 }} as taken_invoices
        on
            candidates.connection = taken_invoices.connection
            and candidates.invoice_id = taken_invoices.invoice_id
    left join pairs_{{ round - 1 }} as taken_intents
        on
            candidates.connection = taken_intents.connection
            and candidates.payment_intent_id = taken_intents.payment_intent_id
    where taken_invoices.invoice_id is null and taken_intents.payment_intent_id is null
),

pairs_{{ round }} as (
    select
        connection,
        invoice_id,
        payment_intent_id
    from ranked_{{ round }}
    where intent_rank = 1 and invoice_rank = 1

    union all

    select * from pairs_{{ round - 1 }}
),
{% endfor %}
pairs as (
    select * from pairs_{{ rounds }}
)

select
    connection,
    payment_intent_id as payment_key,
    invoice_id,
    'paid' as invoice_status
from pairs
