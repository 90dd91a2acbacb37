{#
  Parameters of addresses: what stands behind ?, vendors' macros such as {campaignid} in it, and its encoding.
  Queries are joined by & in the order in which they win: the first non-empty value of a parameter is its value.
#}

{# What stands between ? and # of an address; NULL without any. #}
{% macro url_query(url) -%}
    nullif(substring(split_part({{ url }}, '#', 1) from '\?(.*)$'), '')
{%- endmacro %}

{# A query as people write it where only parameters belong: a leading ? or & is dropped. #}
{% macro bare_query(text) -%}
    nullif(ltrim(split_part({{ text }}, '#', 1), '?&'), '')
{%- endmacro %}

{# Queries as one, the first named winning; NULL ones are left out. #}
{% macro joined_queries(queries) -%}
    concat_ws('&', {{ queries | join(', ') }})
{%- endmacro %}

{# The first non-empty value of a parameter, encoded as it stands there. #}
{% macro query_parameter(query, name) -%}
    substring({{ query }} from '(?:^|&){{ name }}=([^&]+)')
{%- endmacro %}

{# The same of a parameter that few queries have: looking for its name is quicker than looking for its pattern. #}
{% macro rare_query_parameter(query, name) -%}
    case when position('{{ name }}=' in {{ query }}) > 0 then {{ query_parameter(query, name) }} end
{%- endmacro %}

{#
  A value without its encoding: + is a space, %XX a byte of UTF-8. What is no valid UTF-8 stays, for one mistyped ad must
  not fail a build. NULL, most often, takes the short way. What is converted would be collated as the converter's name
  is, in C, where É has no lower case and no letter but ours is one.
#}
{% macro url_decoded(value) -%}
    {%- set tail = '%[89ab][0-9a-f]' -%}
    {%- set sequences = [
        '%[2-7][0-9a-f]',
        '%(?:c[2-9a-f]|d[0-9a-f])' ~ tail,
        '%e0%[ab][0-9a-f]' ~ tail,
        '%(?:e[1-9abcef]' ~ tail ~ '|ed%[89][0-9a-f])' ~ tail,
        '%(?:f0%[9ab][0-9a-f]|f[1-3]' ~ tail ~ '|f4%8[0-9a-f])' ~ tail ~ tail,
    ] -%}
    case
        when {{ value }} ~ '[+%]' then (
            select
                string_agg(
                    case
                        when length(part.found[1]) > 1 and left(part.found[1], 1) = '%'
                            then convert_from(decode(replace(part.found[1], '%', ''), 'hex'), 'UTF8') collate "default"
                        else part.found[1]
                    end, '' order by part.position
                )
            from regexp_matches(replace({{ value }}, '+', ' '), '({{ sequences | join("|") }}|[^%]+|%)', 'gi')
                with ordinality as part (found, position)
        )
        else {{ value }}
    end
{%- endmacro %}

{# The text with every {macro} replaced that `values`, an object of texts by macro, knows; others stay as they are. #}
{% macro macros_resolved(text, values) -%}
    {{ _tokens_replaced(text, values, "[{][^{}]*[}]") }}
{%- endmacro %}

{# The same for macros in double braces. #}
{% macro double_macros_resolved(text, values) -%}
    {{ _tokens_replaced(text, values, "[{][{][^{}]*[}][}]") }}
{%- endmacro %}

{% macro _tokens_replaced(text, values, token) -%}
    case
        when position('{' in {{ text }}) > 0 then (
            select string_agg(coalesce({{ values }} ->> part.found[1], part.found[1]), '' order by part.position)
            from regexp_matches({{ text }}, '({{ token }}|[^{]+|[{])', 'g') with ordinality as part (found, position)
        )
        else {{ text }}
    end
{%- endmacro %}

{# An object of texts by macro, from the macros' names and expressions; `braces` is how many enclose a macro. #}
{% macro macro_values(values, braces=1) -%}
    jsonb_build_object(
        {%- for name, expression in values.items() %}
        '{{ '{' * braces }}{{ name }}{{ '}' * braces }}', coalesce({{ expression }}, ''){{ "," if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# Objects of texts as one, the last named winning. #}
{% macro merged_values(objects) -%}
    {%- for values in objects -%}
    coalesce({{ values }}, cast('{}' as jsonb)){{ " || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# A list of {key, value} as an object of texts by {_key}. #}
{% macro custom_parameters(document, path) -%}
    (
        select jsonb_object_agg('{_' || (entry ->> 'key') || '}', coalesce(entry ->> 'value', ''))
        from jsonb_array_elements({{ json_list(document, path) }}) as entry
        where entry ->> 'key' is not null
    )
{%- endmacro %}

{# Tags as a query, whether the API sent them as one or as a list of {key, value}. #}
{% macro url_tags(document, path) -%}
    case
        when jsonb_typeof({{ document }} #> {{ json_path(path) }}) = 'array'
            then (
                select string_agg((entry ->> 'key') || '=' || (entry ->> 'value'), '&' order by position)
                from jsonb_array_elements({{ json_list(document, path) }}) with ordinality as tags (entry, position)
            )
        else {{ bare_query(json_text(document, path)) }}
    end
{%- endmacro %}

{# The queries of a list's addresses and tags as one; `field` is the path to the address in an element. #}
{% macro list_queries(document, path, field) -%}
    (
        select string_agg({{ url_query(json_text('entry', field)) }}, '&' order by position)
        from jsonb_array_elements({{ json_list(document, path) }}) with ordinality as elements (entry, position)
    )
{%- endmacro %}

{% macro list_tags(document, path, field) -%}
    (
        select string_agg({{ url_tags('entry', field) }}, '&' order by position)
        from jsonb_array_elements({{ json_list(document, path) }}) with ordinality as elements (entry, position)
    )
{%- endmacro %}

{# What a tracking template adds to the landing page itself: all that follows a leading {lpurl}; else NULL. #}
{% macro url_template_tail(template) -%}
    substring({{ template }} from '^[{](?:un)?(?:escaped)?lpurl(?:[+][0-9])?[}](.*)$')
{%- endmacro %}

{# A custom parameter that is set nowhere is empty. #}
{% macro without_unset_parameters(value) -%}
    nullif(regexp_replace({{ value }}, '[{]_[^{}]*[}]', '', 'g'), '')
{%- endmacro %}

{# An address that is not one of Meta's own, which stand where there is none; else NULL. #}
{% macro address_of_others(url) -%}
    case when {{ url }} !~* '^https?://(www\.)?(fb\.me|facebook\.com)(/|\?|$)' then nullif({{ url }}, '') end
{%- endmacro %}
