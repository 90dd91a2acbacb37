{# The vendors behind one shape: the only door from a vendor's staging to what everybody reads. #}

{#
  The rows of stg_<connector>__<shape> of every connector in the var <shape>_from, with exactly these columns
  (name: type) and the connector's name in front. No connector gives no rows.
#}
{% macro union_staging(shape, columns) -%}
    {%- for connector in var(shape ~ '_from') %}
    select
        cast('{{ connector }}' as {{ column_type('text') }}) as connector,
        {%- for name, type in columns.items() %}
        cast({{ name }} as {{ column_type(type) }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_' ~ connector ~ '__' ~ shape) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- else %}
    select
        cast(null as {{ column_type('text') }}) as connector,
        {%- for name, type in columns.items() %}
        cast(null as {{ column_type(type) }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    where false
    {%- endfor %}
{%- endmacro %}

{# What this engine calls a type of the contract: text, timestamp, or a name every engine knows. #}
{% macro column_type(name) -%}
    {{ return({'text': text_type(), 'timestamp': timestamp_type()}.get(name, name)) }}
{%- endmacro %}
