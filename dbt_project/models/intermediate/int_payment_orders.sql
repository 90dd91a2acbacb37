with charges as (
    select * from {{ ref('int_charges') }}
),

payment_intents as (
    select * from {{ ref('stg_stripe__payment_intents') }}
    where not is_test_data
),

invoice_links as (
    select * from {{ ref('int_invoice_links') }}

    union all

    select * from {{ ref('int_receipt_links') }}
),

-- A PaymentIntent that names a latest charge was tried, even where that charge has not been synced yet.
tried as (
    select
        connection,
        payment_key,
        case when max(payment_intent_id) is null then 'charge' else 'payment_intent' end as payment_source
    from charges
    group by connection, payment_key

    union

    select
        connection,
        payment_intent_id as payment_key,
        'payment_intent' as payment_source
    from payment_intents
    where latest_charge_id is not null
)

select
    tried.connection,
    tried.payment_key,
    case
        when invoice_links.invoice_status in ('draft', 'void') then null
        else coalesce(invoice_links.invoice_id, tried.payment_key)
    end as order_id,
    case
        when invoice_links.invoice_id is not null then 'invoice'
        else tried.payment_source
    end as order_source,
    case
        when invoice_links.invoice_status = 'draft' then 'draft_invoice'
        when invoice_links.invoice_status = 'void' then 'void_invoice'
    end as exclusion_reason
from tried
left join invoice_links
    on tried.connection = invoice_links.connection and tried.payment_key = invoice_links.payment_key
