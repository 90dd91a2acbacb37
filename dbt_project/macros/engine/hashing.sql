{# Digests. #}

{# SHA-256 of a text's UTF-8 bytes as 64 hexadecimal digits; NULL of NULL. #}
{% macro sha256_hex(expression) -%}
    encode(sha256(convert_to({{ expression }}, 'UTF8')), 'hex')
{%- endmacro %}
