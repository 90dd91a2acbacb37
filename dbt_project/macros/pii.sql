{#
  A name or an address of a person as readers may see it: as it is, or, with HASH_PII, the SHA-256 of the text.
  Used once, where a mart first shows it; what reads that mart shows it as it stands. int_order_matches and
  int_unmatched_orders hash each address of theirs already (they only show them): a mart does not do it again.
#}
{% macro pii(expression) -%}
    {%- if hashes_pii() -%}{{ sha256_hex(expression) }}{%- else -%}{{ expression }}{%- endif -%}
{%- endmacro %}

{# An id that people may have made of an address, as it is, or, with HASH_PII, hashed where it holds one. #}
{% macro pii_id(expression) -%}
    {%- if hashes_pii() -%}
    case when {{ expression }} like '%@%' then {{ sha256_hex(expression) }} else {{ expression }} end
    {%- else -%}{{ expression }}{%- endif -%}
{%- endmacro %}

{# A text that may hold addresses, such as a URL: as it is, or, with HASH_PII, without them. #}
{% macro pii_in_text(expression) -%}
    {%- if hashes_pii() -%}{{ addresses_masked(expression) }}{%- else -%}{{ expression }}{%- endif -%}
{%- endmacro %}
