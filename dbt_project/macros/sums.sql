{# Sums that do not hide what they lack. #}

{# The sum of a group, NULL as soon as one value is: an amount without a rate makes its total unknown, not smaller. #}
{% macro known_sum(expression) -%}
    case when count(*) = count({{ expression }}) then sum({{ expression }}) end
{%- endmacro %}

{# An amount of what was joined: 0 where nothing was, and NULL where it is not known. #}
{% macro joined_amount(key, amount) -%}
    cast(case when {{ key }} is null then 0 else {{ amount }} end as numeric(38, 3))
{%- endmacro %}
