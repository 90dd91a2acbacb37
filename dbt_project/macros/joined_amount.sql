{# An amount of what was joined: 0 where nothing was, and NULL where it is not known. #}
{% macro joined_amount(key, amount) -%}
    cast(case when {{ key }} is null then 0 else {{ amount }} end as numeric(38, 3))
{%- endmacro %}
