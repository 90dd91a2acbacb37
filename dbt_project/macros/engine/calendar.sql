{# Arithmetic on calendar days, which know no zone. #}

{# The day so many days later. #}
{% macro days_later(day, days) -%}
    cast({{ day }} as date) + {{ days }}
{%- endmacro %}
