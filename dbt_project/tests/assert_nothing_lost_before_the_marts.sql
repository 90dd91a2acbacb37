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
    (source('stripe', 'accounts'), ref('stg_stripe__accounts')),
    (source('stripe', 'coupons'), ref('stg_stripe__coupons')),
    (source('stripe', 'promotion_codes'), ref('stg_stripe__promotion_codes')),
    (source('stripe', 'tax_rates'), ref('stg_stripe__tax_rates')),
    (source('stripe', 'invoice_items'), ref('stg_stripe__invoice_items')),
    (source('stripe', 'disputes'), ref('stg_stripe__disputes')),
    (source('stripe', 'checkout_sessions'), ref('stg_stripe__checkout_sessions')),
    (source('stripe', 'credit_notes'), ref('stg_stripe__credit_notes')),
    (source('stripe', 'payouts'), ref('stg_stripe__payouts')),
    (source('stripe', 'events'), ref('stg_stripe__events')),
    (source('hubspot', 'contacts'), ref('stg_hubspot__contacts')),
    (source('google_ads', 'ad_days'), ref('stg_google_ads__ad_days')),
    (ref('stg_hubspot__contacts'), ref('dim_contacts')),
    (ref('int_orders'), ref('rpt_orders'))
] %}

with staged_spend as (
    select * from {{ ref('stg_google_ads__ad_days') }}
    where not is_deleted
),

{% if not raw_table_is_missing(source('stripe', 'discounts')) %}
-- Staging adds the discounts that only stand on their customer.
listed_discounts as (
    select discounts.*
    from {{ ref('stg_stripe__discounts') }} as discounts
    inner join {{ source('stripe', 'discounts') }} as listed
        on discounts.connection = listed.connection and discounts.discount_id = listed.id
),
{% endif %}
counts as (
    {% for from_relation, to_relation in pairs if not raw_table_is_missing(from_relation) %}
    select
        '{{ from_relation.identifier }}' as from_table,
        (select count(*) from {{ from_relation }}) as from_rows,
        '{{ to_relation.identifier }}' as to_table,
        (select count(*) from {{ to_relation }}) as to_rows

    union all
    {% endfor %}
    {% if not raw_table_is_missing(source('stripe', 'discounts')) %}
    select
        'discounts' as from_table,
        (select count(*) from {{ source('stripe', 'discounts') }}) as from_rows,
        'stg_stripe__discounts' as to_table,
        (select count(*) from listed_discounts) as to_rows

    union all
    {% endif %}
    select
        'stg_google_ads__ad_days' as from_table,
        (select count(*) from staged_spend) as from_rows,
        'fct_ad_spend' as to_table,
        (select count(*) from {{ ref('fct_ad_spend') }}) as to_rows
)

select * from counts
where from_rows <> to_rows
