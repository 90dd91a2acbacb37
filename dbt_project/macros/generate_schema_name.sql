{#
  What readers see is made where they do not look (macros/engine/publishing.sql), and the target `published` names where
  they look. Other schemas are called as they stand.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = (custom_schema_name or target.schema) | trim -%}
    {{ 'building' if name in ['marts', 'reports'] and target.name != 'published' else name }}
{%- endmacro %}
