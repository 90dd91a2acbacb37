{#
  Reading vendor JSON. A path is written with dots ('status_transitions.paid_at'); what is absent is NULL.
  Nothing but staging reads JSON.
#}

{% macro json_path(path) -%}
    '{% raw %}{{% endraw %}{{ path | replace('.', ',') }}{% raw %}}{% endraw %}'
{%- endmacro %}

{% macro json_text(document, path) -%}
    ({{ document }} #>> {{ json_path(path) }})
{%- endmacro %}

{# The id, whether the API sent the id or the expanded object. #}
{% macro json_id(document, path) -%}
    case
        when jsonb_typeof({{ document }} #> {{ json_path(path) }}) = 'object'
            then {{ document }} #>> {{ json_path(path ~ '.id') }}
        else {{ document }} #>> {{ json_path(path) }}
    end
{%- endmacro %}

{# The id of a list's element, whether the API sent the id or the expanded object. #}
{% macro json_element_id(element) -%}
    case
        when jsonb_typeof({{ element }}) = 'object' then {{ element }} ->> 'id'
        else {{ element }} #>> '{}'
    end
{%- endmacro %}

{% macro json_bigint(document, path) -%}
    cast({{ document }} #>> {{ json_path(path) }} as bigint)
{%- endmacro %}

{% macro json_numeric(document, path) -%}
    cast({{ document }} #>> {{ json_path(path) }} as numeric)
{%- endmacro %}

{% macro json_boolean(document, path) -%}
    cast({{ document }} #>> {{ json_path(path) }} as boolean)
{%- endmacro %}

{# A moment the vendor writes as seconds since 1970. #}
{% macro json_epoch(document, path) -%}
    to_timestamp(cast({{ document }} #>> {{ json_path(path) }} as bigint))
{%- endmacro %}

{% macro json_date(document, path) -%}
    cast({{ document }} #>> {{ json_path(path) }} as date)
{%- endmacro %}

{# Sum of one integer field over a list; NULL when there is no list or it is empty. #}
{% macro json_list_sum(document, path, field) -%}
    (
        select cast(sum(cast(element ->> '{{ field }}' as bigint)) as bigint)
        from jsonb_array_elements({{ json_list(document, path) }}) as element
    )
{%- endmacro %}

{# The object inside an object as a document of its own; NULL when there is none, or only an id. #}
{% macro json_object(document, path) -%}
    case
        when jsonb_typeof({{ document }} #> {{ json_path(path) }}) = 'object'
            then {{ document }} #> {{ json_path(path) }}
    end
{%- endmacro %}

{% macro json_list(document, path) -%}
    case
        when jsonb_typeof({{ document }} #> {{ json_path(path) }}) = 'array'
            then {{ document }} #> {{ json_path(path) }}
        else cast('[]' as jsonb)
    end
{%- endmacro %}

{# One row per element of a list: <as>.value is the element, <as>.position counts from 1. #}
{% macro explode_json_list(document, path, as) -%}
    cross join lateral jsonb_array_elements({{ json_list(document, path) }})
    with ordinality as {{ as }} (value, position)
{%- endmacro %}

{# A day the vendor writes as {year, month, day}. #}
{% macro json_date_parts(document, path) -%}
    make_date(
        cast({{ json_text(document, path ~ '.year') }} as integer),
        cast({{ json_text(document, path ~ '.month') }} as integer),
        cast({{ json_text(document, path ~ '.day') }} as integer)
    )
{%- endmacro %}

{# The id at the end of a URN such as urn:li:sponsoredCampaign:5; NULL without one. #}
{% macro json_urn_id(document, path) -%}
    substring({{ json_text(document, path) }} from '[^:]+$')
{%- endmacro %}
