{#
  The body of a CTE: the report currency's row of currencies. Facts join it apart from the row of their own currency,
  for a join on either of the two goes through all currencies for every row.
#}
{% macro report_currency_row() -%}
    select exponent
    from {{ ref('currencies') }}
    where currency = '{{ report_currency() }}'
{%- endmacro %}
