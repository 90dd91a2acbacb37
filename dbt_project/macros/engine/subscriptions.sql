{# Subscriptions: what their history needs of the engine. #}

{# True when the object has the field, be it null. #}
{% macro json_has(document, path) -%}
    (({{ document }} #> {{ json_path(path) }}) is not null)
{%- endmacro %}

{# The items of a subscription as one text of prices and quantities, so that two lists compare; NULL without a list. #}
{% macro subscription_items_signature(document, path) -%}
    (
        select string_agg(
            coalesce({{ json_id('element', 'price') }}, {{ json_id('element', 'plan') }}, '')
            || ' x ' || coalesce({{ json_text('element', 'quantity') }}, ''), ', '
            order by coalesce({{ json_id('element', 'price') }}, {{ json_id('element', 'plan') }}, ''),
            {{ json_text('element', 'quantity') }}
        )
        from jsonb_array_elements({{ json_list(document, path) }}) as element
    )
{%- endmacro %}

{# Tax inside the amount of an invoice line, in the shapes before and since 2025-03-31. #}
{% macro inclusive_tax(document) -%}
    (
        select coalesce(cast(sum(cast(element ->> 'amount' as bigint)) as bigint), 0)
        from jsonb_array_elements(
            {{ json_list(document, 'tax_amounts') }} || {{ json_list(document, 'taxes') }}
        ) as element
        where element ->> 'inclusive' = 'true' or element ->> 'tax_behavior' = 'inclusive'
    )
{%- endmacro %}

{# One row per calendar day of a relation's dates, both inclusive, beside the relation's columns: <as>.report_date. #}
{% macro explode_days(first_date, last_date, as) -%}
    cross join lateral (
        select cast(day as date) as report_date
        from generate_series(
            cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval '1 day'
        ) as day
    ) as {{ as }}
{%- endmacro %}

{# The day so many days later. #}
{% macro day_plus(day, days) -%}
    ({{ day }} + {{ days }})
{%- endmacro %}

{# Seconds from one moment to another, negative when it is the earlier. #}
{% macro seconds_between(earlier, later) -%}
    (extract(epoch from {{ later }}) - extract(epoch from {{ earlier }}))
{%- endmacro %}

{# Product of the values of a group, each above 0. #}
{% macro product(expression) -%}
    round(exp(sum(ln({{ expression }}))), 12)
{%- endmacro %}

{# A decimal written as text. #}
{% macro decimal_number(expression) -%}
    cast(nullif({{ expression }}, '') as numeric)
{%- endmacro %}

{# Minor units from an exact amount, halves up: once per item and nowhere else. #}
{% macro whole_minor(amount) -%}
    cast(round(cast({{ amount }} as numeric)) as bigint)
{%- endmacro %}

{# Minor units as major units of the report currency, rounded to its exponent; NULL without a rate. #}
{% macro mrr_report_amount(amount_minor, exponent, rate, report_exponent) -%}
    cast(
        round(
            cast({{ amount_minor }} as numeric) * {{ minor_unit(exponent) }} * {{ rate }},
            {{ report_exponent }}
        ) as numeric(38, 3)
    )
{%- endmacro %}

{# A moment given as text. #}
{% macro moment_literal(text) -%}
    cast('{{ text }}' as timestamp with time zone)
{%- endmacro %}

{# A value as text. #}
{% macro as_text(expression) -%}
    cast({{ expression }} as {{ text_type() }})
{%- endmacro %}

{% macro remainder(dividend, divisor) -%}
    mod({{ dividend }}, {{ divisor }})
{%- endmacro %}

{# The moment so many days, weeks, months or years later, by UTC's calendar; NULL when one is not known. #}
{% macro intervals_after(moment, count, unit) -%}
    ((({{ moment }}) at time zone 'UTC' + {{ count }} * cast('1 ' || {{ unit }} as interval)) at time zone 'UTC')
{%- endmacro %}
