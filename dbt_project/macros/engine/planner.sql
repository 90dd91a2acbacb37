{# What the planner is told about how, never about what. #}

{# At the end of a step whose columns are read several times: they are computed once, not wherever they are read. #}
{% macro computed_once() -%}
    offset 0
{%- endmacro %}
