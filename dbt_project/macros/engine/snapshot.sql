{#
  Raw rows as they stood at one instant, whatever syncs write while a build reads them
  (docs/decisions/0017-a-build-reads-raw-at-one-instant.md).
#}

{#
  Begins the transaction of a staging model, which sees what Leadline's build saw when it began. Nothing of what this
  build has made can be seen from there, so it holds for models that read raw rows and nothing else. dbt run by hand
  names no snapshot, and each of its models reads raw when its turn comes. To be run outside of dbt's own transaction:
  a snapshot is taken before the first query. dbt then begins none, or within this one, which the server ignores.
#}
{% macro begin_at_the_snapshot() -%}
    {%- set snapshot = env_var('LEADLINE_RAW_SNAPSHOT', '') -%}
    {%- if snapshot and model.config.materialized != 'view' and reads_raw_alone(model) -%}
    begin transaction isolation level repeatable read;
    set transaction snapshot {{ sql_text(snapshot) }}
    {%- else -%}
    begin
    {%- endif -%}
{%- endmacro %}

{#
  dbt asks for a table's columns by its schema's name, in the model's own transaction. The schema of temporary tables
  may be younger than the snapshot, for each place of a session has its own, made when it is first needed: the table
  then had no columns. The server finds a relation's number by what is there now, and its columns stand under that.
#}
{% macro postgres__get_columns_in_relation(relation) -%}
    {%- set found = run_query(
        "select a.attname as column_name,"
        ~ " case when t.typcategory = 'A' then 'ARRAY' else format_type(a.atttypid, null) end as data_type,"
        ~ " information_schema._pg_char_max_length(a.atttypid, a.atttypmod) as character_maximum_length,"
        ~ " information_schema._pg_numeric_precision(a.atttypid, a.atttypmod) as numeric_precision,"
        ~ " information_schema._pg_numeric_scale(a.atttypid, a.atttypmod) as numeric_scale"
        ~ " from pg_catalog.pg_attribute as a inner join pg_catalog.pg_type as t on a.atttypid = t.oid"
        ~ " where a.attrelid = to_regclass(" ~ sql_text(relation.include(database=false)) ~ ")"
        ~ " and a.attnum > 0 and not a.attisdropped order by a.attnum"
    ) -%}
    {{ return(sql_convert_columns_in_relation(found)) }}
{%- endmacro %}

{# Whether all a model is made of was there before the build. Channel weights are raw to dbt, and made by the build. #}
{% macro reads_raw_alone(node) -%}
    {%- set made = [] -%}
    {%- for parent in node.depends_on.nodes if '.base_ingest__' not in parent -%}
        {%- if not parent.startswith('source.') or graph.sources[parent].schema == 'attribution' -%}
            {%- do made.append(parent) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(not made) }}
{%- endmacro %}

{# How many rows each raw table holds, those included that are gone at the vendor, and how many of them are not gone. #}
{% macro raw_counts() -%}
    {%- set tables = [] -%}
    {%- if execute -%}
        {%- set there = run_query(
            "select schemaname || '.' || tablename from pg_catalog.pg_tables where schemaname like 'raw_%'"
        ).columns[0].values() -%}
        {%- for source in graph.sources.values() if not source.name.endswith('_past') -%}
            {%- if source.schema ~ '.' ~ source.identifier in there -%}
                {%- do tables.append(api.Relation.create(
                    database=target.database, schema=source.schema, identifier=source.identifier
                )) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for relation in tables %}
    select
        {{ sql_text(relation.schema ~ '.' ~ relation.identifier) }} as raw_table,
        count(*) as row_count,
        count(*) filter (where not coalesce(is_deleted, false)) as live_count
    from {{ relation }}

    union all
    {% endfor %}
    select
        cast(null as text) as raw_table,
        cast(null as bigint) as row_count,
        cast(null as bigint) as live_count
    where false
{%- endmacro %}

{# The same of one table, where rows are counted against what was made of them. #}
{% macro raw_count(relation, of='row_count') -%}
    coalesce(
        (
            select {{ of }} from {{ ref('stg_ingest__raw_counts') }}
            where raw_table = {{ sql_text(relation.schema ~ '.' ~ relation.identifier) }}
        ),
        0
    )
{%- endmacro %}
