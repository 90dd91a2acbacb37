{#
  A name or an address of a person as readers may see it: as it is, or, with HASH_PII, the SHA-256 of the text.
  Used once, where a mart first shows it; what reads that mart shows it as it stands. Models that match read the
  intermediate layer, which is never hashed.
#}
{% macro pii(expression) -%}
    {%- if hashes_pii() -%}{{ sha256_hex(expression) }}{%- else -%}{{ expression }}{%- endif -%}
{%- endmacro %}
