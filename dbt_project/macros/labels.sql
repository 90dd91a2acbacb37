{# The words reports are broken down by: channel, source, medium, campaign. #}

{% macro labels() -%}
    {{ return(['channel', 'source', 'medium', 'campaign']) }}
{%- endmacro %}

{# What stands where there is no touch, or the touch has no such word. #}
{% macro labelled(expression) -%}
    coalesce(nullif({{ expression }}, ''), '(none)')
{%- endmacro %}
