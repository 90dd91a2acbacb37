-- Test-mode objects of a live connection, and the refunds and disputes of test-mode charges, reach no mart.
with test_objects as (
    select
        connection,
        charge_id as object_id
    from {{ ref('stg_stripe__charges') }}
    where is_test_data

    union

    select
        connection,
        payment_intent_id as object_id
    from {{ ref('stg_stripe__payment_intents') }}
    where is_test_data

    union

    select
        connection,
        invoice_id as object_id
    from {{ ref('stg_stripe__invoices') }}
    where is_test_data

    union

    select
        connection,
        dispute_id as object_id
    from {{ ref('stg_stripe__disputes') }}
    where is_test_data
),

mart_objects as (
    select
        connection,
        order_id as object_id
    from {{ ref('fct_orders') }}

    union

    select
        connection,
        payment_id as object_id
    from {{ ref('fct_payments') }}

    union

    select
        connection,
        payment_id as object_id
    from {{ ref('fct_refunds') }}

    union

    select
        connection,
        payment_id as object_id
    from {{ ref('fct_disputes') }}

    union

    select
        connection,
        dispute_id as object_id
    from {{ ref('fct_disputes') }}
)

select test_objects.*
from test_objects
inner join mart_objects
    on test_objects.connection = mart_objects.connection and test_objects.object_id = mart_objects.object_id
