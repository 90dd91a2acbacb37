{#
  A green build over empty marts is worse than a red one: every raw row is staged, and every staged row that
  is a fact of its own stands in its mart.
#}
{% set pairs = [
    (source('stripe', 'customers'), ref('stg_stripe__customers')),
    (source('stripe', 'payment_intents'), ref('stg_stripe__payment_intents')),
    (source('stripe', 'charges'), ref('stg_stripe__charges')),
    (source('stripe', 'refunds'), ref('stg_stripe__refunds')),
    (source('stripe', 'balance_transactions'), ref('stg_stripe__balance_transactions')),
    (source('stripe', 'invoices'), ref('stg_stripe__invoices')),
    (source('stripe', 'invoice_payments'), ref('stg_stripe__invoice_payments')),
    (source('stripe', 'subscriptions'), ref('stg_stripe__subscriptions')),
    (source('stripe', 'prices'), ref('stg_stripe__prices')),
    (source('stripe', 'products'), ref('stg_stripe__products')),
    (source('hubspot', 'contacts'), ref('stg_hubspot__contacts')),
    (source('google_ads', 'ad_days'), ref('stg_google_ads__ad_days')),
    (ref('stg_hubspot__contacts'), ref('dim_contacts')),
    (ref('int_orders'), ref('rpt_orders'))
] %}

with staged_spend as (
    select * from {{ ref('stg_google_ads__ad_days') }}
    where not is_deleted
),

counts as (
    {% for from_relation, to_relation in pairs if not raw_table_is_missing(from_relation) %}
    select
        '{{ from_relation.identifier }}' as from_table,
        (select count(*) from {{ from_relation }}) as from_rows,
        '{{ to_relation.identifier }}' as to_table,
        (select count(*) from {{ to_relation }}) as to_rows

    union all
    {% endfor %}
    select
        'stg_google_ads__ad_days' as from_table,
        (select count(*) from staged_spend) as from_rows,
        'fct_ad_spend' as to_table,
        (select count(*) from {{ ref('fct_ad_spend') }}) as to_rows
)

select * from counts
where from_rows <> to_rows
