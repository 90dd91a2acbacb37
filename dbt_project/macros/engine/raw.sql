{#
  The raw rows of one vendor object, parsed once: OFFSET 0 keeps the planner from repeating the cast for
  every field read from it. A table no connector has made yet reads as empty: that connector is off.

  `unless_built` is for a model that keeps what it built: its column that holds the raw row's id. Only rows are read then
  that delete_overwritten found to say something else than what is built, and each has a `row_version` to tell that by.
#}
{% macro raw_documents(source_name, table_name, unless_built=none) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- if raw_table_is_missing(relation) -%}
    {{ log(relation ~ " does not exist, so it reads as empty: sync the connector to fill it.", info=true) }}
    select
        cast(null as text) as connection,
        cast(null as text) as id,
        cast(null as timestamptz) as created_at,
        cast(null as bigint) as version,
        cast(null as boolean) as is_deleted,
        cast(null as bigint) as row_version,
        cast(null as jsonb) as data
    where false
    {%- else -%}
    select
        connection,
        id,
        created_at,
        version,
        coalesce(is_deleted, false) as is_deleted,
        {%- if unless_built %}
        {{ raw_row_version('held') }} as row_version,
        {%- endif %}
        {{ parsed_document('data') }} as data
    from {{ relation }} as held
    {%- if unless_built and is_incremental() %}
    where (connection, id) in (select changed.connection, changed.{{ unless_built }} from changed_rows as changed)
    {%- endif %}
    offset 0
    {%- endif -%}
{%- endmacro %}

{# A number for what a raw row says now. #}
{% macro raw_row_version(row) -%}
    {{ row_hash([row ~ '.version', row ~ '.content_hash']) }}
{%- endmacro %}

{#
  What rows of a raw table said before they were overwritten (the source `<table>_past`): the parts its connector
  remembers, where they stood in the object. It was so from the sight `version` until `replaced_version`.
#}
{% macro raw_past(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name ~ '_past') -%}
    {%- if raw_table_is_missing(relation) -%}
    select
        cast(null as text) as connection,
        cast(null as text) as id,
        cast(null as bigint) as version,
        cast(null as bigint) as replaced_version,
        cast(null as boolean) as is_deleted,
        cast(null as jsonb) as data
    where false
    {%- else -%}
    select
        connection,
        id,
        version,
        replaced_version,
        is_deleted,
        {{ parsed_document('data') }} as data
    from {{ relation }}
    offset 0
    {%- endif -%}
{%- endmacro %}

{# The time of a sight. #}
{% macro version_time(version) -%}
    to_timestamp({{ version }} / 1000000.0)
{%- endmacro %}

{#
  Asked of the server. dbt's own list of a schema it builds nothing in is filled by the first model that asks, table
  by table, and another thread meanwhile takes the half of it for all there is: raw rows would be left out in silence.
#}
{% macro raw_table_is_missing(relation) -%}
    {%- if not execute or relation.is_cte -%}{{ return(false) }}{%- endif -%}
    {%- set found = run_query("select cast(to_regclass('" ~ relation ~ "') as text)") -%}
    {{ return(found.columns[0].values()[0] is none) }}
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
        cast(null as boolean) as is_test,
        cast(null as timestamptz) as synced_at
    where false
    {%- else -%}
    select
        connection,
        connector,
        coalesce(is_test, false) as is_test,
        synced_at
    from {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# What a key may read, as the connector last found it; none where nothing was ever looked up: all is readable. #}
{% macro raw_access() -%}
    {%- if not execute or raw_table_is_missing(ingest_table('access')) -%}
    select
        cast(null as text) as connection,
        cast(null as text) as table_name,
        cast(null as boolean) as may_read,
        cast(null as text) as reason
    where false
    {%- else -%}
    select
        connection,
        table_name,
        may_read,
        reason
    from {{ ingest_table('access') }}
    {%- endif -%}
{%- endmacro %}

{# How far each table's history has come in; none where it is not kept: all is there. #}
{% macro raw_histories() -%}
    {%- if not execute or raw_table_is_missing(ingest_table('histories')) -%}
    select
        cast(null as text) as connection,
        cast(null as text) as table_name,
        cast(null as timestamptz) as started_at,
        cast(null as timestamptz) as finished_at
    where false
    {%- else -%}
    select
        connection,
        table_name,
        started_at,
        finished_at
    from {{ ingest_table('histories') }}
    {%- endif -%}
{%- endmacro %}

{# The sync's own notes are no sources of Dagster's lineage: what a build reads of them changes no row of a mart. #}
{% macro ingest_table(name) -%}
    {{ return(api.Relation.create(database=target.database, schema='ingest', identifier=name)) }}
{%- endmacro %}
