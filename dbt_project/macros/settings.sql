{# The account's settings: the only place where a model meets the environment. #}

{# IANA name of the zone whose calendar days the reports count. A dbt var of the same name wins (tests use it). #}
{% macro report_timezone() -%}
    {{ return(var('report_timezone', env_var('REPORT_TIMEZONE', 'UTC')) or 'UTC') }}
{%- endmacro %}
