{#
  The raw rows of one vendor object, parsed once: OFFSET 0 keeps the planner from repeating the cast for
  every field read from it. A table no connector has made yet reads as empty: that connector is off.
#}
{% macro raw_documents(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- if raw_table_is_missing(relation) -%}
    {{ log(relation ~ " does not exist, so it reads as empty: sync the connector to fill it.", info=true) }}
    select
        cast(null as text) as connection,
        cast(null as text) as id,
        cast(null as timestamptz) as created_at,
        cast(null as boolean) as is_deleted,
        cast(null as jsonb) as data
    where false
    {%- else -%}
    select
        connection,
        id,
        created_at,
        coalesce(is_deleted, false) as is_deleted,
        {{ parsed_document('data') }} as data
    from {{ relation }}
    offset 0
    {%- endif -%}
{%- endmacro %}

{% macro raw_table_is_missing(relation) -%}
    {{ return(execute and not relation.is_cte and load_relation(relation) is none) }}
{%- endmacro %}

{# jsonb refuses the escaped NUL that JSON allows: such a character is dropped, the object stays. #}
{% macro parsed_document(column) -%}
    cast(
        case
            when position('\u0000' in cast({{ column }} as text)) > 0
                then regexp_replace(cast({{ column }} as text), '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')
            else cast({{ column }} as text)
        end as jsonb
    )
{%- endmacro %}

{# The declared connections; none when nothing was ever synced. #}
{% macro raw_connections() -%}
    {%- set relation = source('ingest', 'connections') -%}
    {%- if raw_table_is_missing(relation) -%}
    select
        cast(null as text) as connection,
        cast(null as text) as connector,
        cast(null as boolean) as is_test
    where false
    {%- else -%}
    select
        connection,
        connector,
        coalesce(is_test, false) as is_test
    from {{ relation }}
    {%- endif -%}
{%- endmacro %}
