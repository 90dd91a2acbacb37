{# Exchange rates and the days they hold. #}

{# How long a rate stands for the days after it, when no newer one of its pair comes: a list by month will do. #}
{% macro days_a_rate_holds() -%}
    31
{%- endmacro %}

{# The day so many days later. #}
{% macro days_after(day, days) -%}
    ({{ day }} + cast({{ days }} as integer))
{%- endmacro %}

{# Every day from the first to the last, as a relation with the column day. #}
{% macro days_between(first, last) -%}
    (
        select cast(moment as date) as day
        from generate_series(cast('{{ first }}' as date), cast('{{ last }}' as date), interval '1 day') as moment
    )
{%- endmacro %}

{# The other way round: dollars for a euro as euros for a dollar. #}
{% macro inverse_rate(rate) -%}
    (1 / cast({{ rate }} as numeric(38, 18)))
{%- endmacro %}

{#
  An amount in minor units as major units of the report currency, halves away from zero; NULL without a rate,
  but for nothing, which is nothing in every currency. Both
  exponents are columns: of the amount's currency, and of the report currency.
#}
{% macro report_amount(amount_minor, rate, exponent, report_exponent) -%}
    cast(
        case
            when {{ amount_minor }} = 0 then 0
            else round(
                ({{ amount_minor }}) * {{ rate }} * {{ minor_unit(exponent) }}, {{ report_exponent }}
            )
        end as numeric(38, 3)
    )
{%- endmacro %}

{# An amount in minor units as major units, unrounded. #}
{% macro major_amount(amount_minor, exponent) -%}
    (cast({{ amount_minor }} as numeric) * {{ minor_unit(exponent) }})
{%- endmacro %}

{#
  The part of a growing sum in the report currency: rounded sum up to here less rounded sum before, so that the parts
  add up to the rounded whole.
#}
{% macro report_share(sum_minor, amount_minor, rate, exponent, report_exponent) -%}
    cast(
        {{ report_amount(sum_minor, rate, exponent, report_exponent) }}
        - {{ report_amount(sum_minor ~ ' - ' ~ amount_minor, rate, exponent, report_exponent) }} as numeric(38, 3)
    )
{%- endmacro %}
