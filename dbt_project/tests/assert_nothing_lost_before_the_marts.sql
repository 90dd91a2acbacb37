{#
  A green build over empty marts is worse than a red one: every raw row is staged, and every staged row that
  is a fact of its own stands in its mart. Raw rows are counted as the build read them: syncs go on.
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
    (source('stripe', 'coupons'), ref('stg_stripe__coupons')),
    (source('stripe', 'invoice_items'), ref('stg_stripe__invoice_items')),
    (source('stripe', 'disputes'), ref('stg_stripe__disputes')),
    (source('stripe', 'checkout_sessions'), ref('stg_stripe__checkout_sessions')),
    (source('stripe', 'payouts'), ref('stg_stripe__payouts')),
    (source('hubspot', 'contacts'), ref('stg_hubspot__contacts')),
    (source('activecampaign', 'contacts'), ref('stg_activecampaign__contacts')),
    (source('kit', 'subscribers'), ref('stg_kit__contacts')),
    (source('files', 'contacts'), ref('stg_files__contacts')),
    (source('files', 'orders'), ref('stg_files__orders')),
    (source('files', 'products'), ref('stg_files__products')),
    (source('files', 'exchange_rates'), ref('stg_files__exchange_rates')),
    (source('files', 'contact_tags'), ref('stg_files__contact_tags')),
    (source('files', 'ad_days'), ref('stg_files__ad_days'))
] %}

{#- Views say what is there now, and are held against that. -#}
{% set views = [
    (source('stripe', 'accounts'), ref('stg_stripe__accounts')),
    (source('stripe', 'promotion_codes'), ref('stg_stripe__promotion_codes')),
    (source('stripe', 'tax_rates'), ref('stg_stripe__tax_rates')),
    (source('stripe', 'credit_notes'), ref('stg_stripe__credit_notes')),
    (source('stripe', 'events'), ref('stg_stripe__events'))
] %}

{#- Where only a part of the rows has its like on the other side: which count of raw, which rows there. -#}
{% set raw_parts = [
    (source('hubspot', 'list_memberships'), 'live_count', ref('stg_hubspot__contact_tags'), 'is_currently_applied'),
    (source('stripe', 'discounts'), 'row_count', ref('stg_stripe__discounts'), 'is_listed'),
    (source('google_ads', 'ad_days'), 'row_count', ref('stg_google_ads__ad_days'), 'not is_residual'),
    (source('meta_ads', 'ad_days'), 'row_count', ref('stg_meta_ads__ad_days'), 'not is_residual'),
    (source('linkedin_ads', 'ad_days'), 'row_count', ref('stg_linkedin_ads__ad_days'), 'not is_residual')
] %}
{% for connector, raw_table, kind in [
    ('activecampaign', 'contact_tags', 'tag'),
    ('activecampaign', 'contact_automations', 'automation'),
    ('kit', 'tag_subscriptions', 'tag'),
    ('kit', 'form_subscriptions', 'form'),
    ('kit', 'sequence_subscriptions', 'sequence')
] %}
{% set tags = ref('stg_' ~ connector ~ '__contact_tags') %}
{% do raw_parts.append((source(connector, raw_table), 'row_count', tags, "tag_kind = '" ~ kind ~ "'")) %}
{% endfor %}

{#- The same of tables that builds make: which rows here, and which rows there. -#}
{% set parts = [] %}
{% for shape, rows, mart in [
    ('contacts', 'true', ref('dim_contacts')),
    ('contact_tags', 'true', ref('fct_tag_events')),
    ('ad_days', 'not is_deleted', ref('fct_ad_spend'))
] %}
{% for connector in var(shape ~ '_from') %}
{% set is_its = "connector = '" ~ connector ~ "'" %}
{% do parts.append((ref('stg_' ~ connector ~ '__' ~ shape), rows, mart, is_its)) %}
{% endfor %}
{% endfor %}

with counts as (
    {% for raw_relation, relation in pairs %}
    select
        '{{ raw_relation.identifier }}' as from_table,
        {{ raw_count(raw_relation) }} as from_rows,
        '{{ relation.identifier }}' as to_table,
        (select count(*) from {{ relation }}) as to_rows

    union all
    {% endfor %}
    {% for raw_relation, relation in views if not raw_table_is_missing(raw_relation) %}
    select
        '{{ raw_relation.identifier }}' as from_table,
        (select count(*) from {{ raw_relation }}) as from_rows,
        '{{ relation.identifier }}' as to_table,
        (select count(*) from {{ relation }}) as to_rows

    union all
    {% endfor %}
    {% for raw_relation, counted, relation, rows in raw_parts %}
    select
        '{{ raw_relation.identifier }}' as from_table,
        {{ raw_count(raw_relation, of=counted) }} as from_rows,
        '{{ relation.identifier }}' as to_table,
        (select count(case when {{ rows }} then 1 end) from {{ relation }}) as to_rows

    union all
    {% endfor %}
    {% for from_relation, from_rows, to_relation, to_rows in parts %}
    select
        '{{ from_relation.identifier }}' as from_table,
        (select count(case when {{ from_rows }} then 1 end) from {{ from_relation }}) as from_rows,
        '{{ to_relation.identifier }}' as to_table,
        (select count(case when {{ to_rows }} then 1 end) from {{ to_relation }}) as to_rows

    union all
    {% endfor %}
    select
        'int_orders' as from_table,
        (select count(*) from {{ ref('int_orders') }}) as from_rows,
        'fct_orders' as to_table,
        (select count(*) from {{ ref('fct_orders') }}) as to_rows

    union all

    select
        'fct_orders' as from_table,
        (select count(case when not is_duplicate then 1 end) from {{ ref('fct_orders') }}) as from_rows,
        'rpt_orders' as to_table,
        (select count(*) from {{ ref('rpt_orders') }}) as to_rows

    union all

    select
        'stg_files__orders' as from_table,
        (select count(case when not is_deleted then 1 end) from {{ ref('stg_files__orders') }}) as from_rows,
        'fct_orders' as to_table,
        (select count(case when connector = 'files' then 1 end) from {{ ref('fct_orders') }}) as to_rows
)

select * from counts
where from_rows <> to_rows
