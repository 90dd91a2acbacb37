-- An amount in a currency without exponent has no value in major units: add the currency to the seed.
with used as (
    select currency from {{ ref('fct_orders') }}

    union

    select currency from {{ ref('fct_payments') }}

    union

    select currency from {{ ref('fct_refunds') }}

    union

    select currency from {{ ref('fct_disputes') }}

    union

    select settlement_currency as currency from {{ ref('fct_orders') }}
    where settlement_currency is not null

    union

    select currency from {{ ref('fct_ad_spend') }}
)

select used.currency
from used
left join {{ ref('currencies') }} as currencies on used.currency = currencies.currency
where currencies.currency is null
