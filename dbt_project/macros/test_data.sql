{# True for an object of test mode on a live connection: it may be staged, it must never reach a mart. #}
{% macro is_test_data(livemode, is_test_connection) -%}
    (not coalesce({{ livemode }}, true) and not coalesce({{ is_test_connection }}, false))
{%- endmacro %}
