{# Digests. #}

{# SHA-256 of a text's UTF-8 bytes as 64 hexadecimal digits; NULL of NULL. #}
{% macro sha256_hex(expression) -%}
    encode(sha256(convert_to({{ expression }}, 'UTF8')), 'hex')
{%- endmacro %}

{# A text such as a page's URL with every email address in it, encoded ever so often or not, replaced by (address). #}
{% macro addresses_masked(expression) -%}
    regexp_replace({{ expression }}, '[^\s/?&=#:;,]+(@|%(25)*40)[^\s/?&=#:;,]+', '(address)', 'gi')
{%- endmacro %}
