{# The sum of a group, NULL as soon as one value is: an amount without a rate makes its total unknown, not smaller. #}
{% macro known_sum(expression) -%}
    case when count(*) = count({{ expression }}) then sum({{ expression }}) end
{%- endmacro %}
