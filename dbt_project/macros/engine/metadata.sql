{# Vendors' free metadata: keys and values that the user chose. #}

{# The values of these keys of an object's metadata, in the keys' order, separated by |; NULL without any. #}
{% macro metadata_values(document, path, keys) -%}
    nullif(
        concat_ws(
            '|'
            {%- for key in keys -%}
            , nullif(btrim({{ document }} #> {{ json_path(path) }} ->> '{{ key | replace("'", "''") }}'), '')
            {%- endfor -%}
        ), ''
    )
{%- endmacro %}
