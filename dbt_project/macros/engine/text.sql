{# Text as the matching needs it: normal form of an email, its parts, and lists written into one string. #}

{#
  Unicode NFKC, then trim all Unicode white space, then lowercase by Unicode's full mapping, whatever the
  locale of the database (a C database leaves É alone). An empty address is NULL.
#}
{% macro email_normal_form(expression) -%}
    nullif(
        lower(
            btrim(
                normalize({{ expression }}, nfkc),
                E'\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'
            ) collate {{ unicode_collation() }}
        ) collate "default", ''
    )
{%- endmacro %}

{# The best collation this server has for lowercasing: pg_unicode_fast since 18, ICU, then the simple mappings. #}
{% macro unicode_collation() -%}
    {%- set wanted = ['pg_unicode_fast', 'und-x-icu', 'pg_c_utf8', 'C.utf8'] -%}
    {%- if not execute -%}{{ return('"' ~ wanted[0] ~ '"') }}{%- endif -%}
    {%- set present = run_query(
        "select collname from pg_catalog.pg_collation where collname in ('" ~ wanted | join("', '") ~ "')"
    ).columns[0].values() -%}
    {%- for name in wanted if name in present -%}
        {{ return('"' ~ name ~ '"') }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        "This server has none of the collations " ~ wanted | join(', ')
        ~ ", so emails cannot be lowercased by Unicode: use PostgreSQL 15 or later built with ICU."
    ) }}
{%- endmacro %}

{# What stands before the last @, and after it; NULL without an @. #}
{% macro email_local_part(email) -%}
    substring({{ email }} from '^(.*)@[^@]*$')
{%- endmacro %}

{% macro email_domain(email) -%}
    substring({{ email }} from '^.*@([^@]*)$')
{%- endmacro %}

{# The part before the first separator; the whole text without one. #}
{% macro text_before(expression, separator) -%}
    split_part({{ expression }}, '{{ separator }}', 1)
{%- endmacro %}

{# One row per entry of a separated list: <as>.value, untrimmed, and <as>.position from 1. NULL and '' give no useful row. #}
{% macro explode_text_list(expression, separator, as) -%}
    cross join lateral string_to_table({{ expression }}, '{{ separator }}')
    with ordinality as {{ as }} (value, position)
{%- endmacro %}

{# The values of a group in one text, in the order asked for. #}
{% macro text_list(expression, order_by, separator=',') -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{# The numbers 1 to <last> as a relation with the column position. #}
{% macro positions(last) -%}
    (select cast(generate_series(1, {{ last }}) as integer) as position)
{%- endmacro %}

{# The type of a text of any length. #}
{% macro text_type() -%}
    text
{%- endmacro %}

{# A value as a string of SQL. #}
{% macro sql_text(value) -%}
    {{ return("'" ~ value | string | replace("'", "''") ~ "'") }}
{%- endmacro %}
