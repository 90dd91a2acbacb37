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
