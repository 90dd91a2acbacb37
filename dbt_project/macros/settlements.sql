{#
  Whether a movement of the balance is of what a charge settled as: what came in, less what was not captured of it. Any
  other reversal is not.
#}
{% macro settles(owner) -%}
    ({{ owner }}.amount_minor > 0 or {{ owner }}.reporting_category = 'partial_capture_reversal')
{%- endmacro %}
