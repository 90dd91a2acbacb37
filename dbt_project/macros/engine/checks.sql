{# What the tests found, kept beside the syncs' own checks in ingest.checks and said where the numbers are read. #}

{#
  After a build: how each test that ran came out. `since` moves only with the outcome. Tests that are no more are
  forgotten; the syncs' checks, of assets with a slash in their name, are kept by the syncs.
#}
{% macro keep_checks() -%}
    {%- if execute and not raw_table_is_missing(ingest_table('checks')) -%}
        {%- set rows = [] -%}
        {%- for result in results
            if result.node.resource_type == 'test' and result.status in ('pass', 'warn', 'fail', 'error') -%}
            {%- do rows.append(
                "(" ~ sql_text(tested_model(result.node)) ~ ", " ~ sql_text(result.node.name) ~ ", "
                ~ (result.status == 'pass') ~ ", " ~ (result.node.config.severity | lower == 'warn') ~ ", "
                ~ sql_text(check_words(result)) ~ ")"
            ) -%}
        {%- endfor -%}
        {%- if rows -%}
            {%- do run_query(
                "insert into ingest.checks (asset, check_name, passed, is_warning, said) values " ~ rows | join(', ')
                ~ " on conflict (asset, check_name, connection) do update set passed = excluded.passed,"
                ~ " is_warning = excluded.is_warning, said = excluded.said,"
                ~ " since = case when checks.passed = excluded.passed then checks.since else excluded.since end"
            ) -%}
        {%- endif -%}
        {%- set known = [] -%}
        {%- for test in graph.nodes.values() if test.resource_type == 'test' -%}
            {%- do known.append("(" ~ sql_text(tested_model(test)) ~ ", " ~ sql_text(test.name) ~ ")") -%}
        {%- endfor -%}
        {%- if known -%}
            {%- do run_query(
                "delete from ingest.checks where asset not like '%/%' and (asset, check_name) not in ("
                ~ known | join(', ') ~ ")"
            ) -%}
        {%- endif -%}
        {%- do mark_reconciliation() -%}
    {%- endif -%}
{%- endmacro %}

{# The rows of rpt_reconciliation say which checks stand failed at the end of the build that made them. #}
{% macro mark_reconciliation() -%}
    {%- for schema in ['building', 'reports'] -%}
        {%- set relation = api.Relation.create(
            database=target.database, schema=schema, identifier='rpt_reconciliation'
        ) -%}
        {%- if not raw_table_is_missing(relation) -%}
            {%- do run_query(
                "update " ~ relation ~ " set failed_checks = failed.number, failed_check_names = failed.names,"
                ~ " failed_since = failed.since from (select count(*) as number,"
                ~ " string_agg(asset || ': ' || check_name, '; ' order by asset, check_name, connection) as names,"
                ~ " min(since) as since from ingest.checks where not passed and not is_warning) as failed"
                ~ " where (failed_checks, failed_check_names, failed_since)"
                ~ " is distinct from (failed.number, failed.names, failed.since)"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{# The checks that stand failed, as rows; none where a warehouse keeps no checks. #}
{% macro failed_checks() -%}
    {%- if not execute or raw_table_is_missing(ingest_table('checks')) -%}
    select
        cast(null as text) as asset,
        cast(null as text) as check_name,
        cast(null as boolean) as is_warning,
        cast(null as text) as said,
        cast(null as timestamptz) as failed_since,
        cast(null as text) as connection
    where false
    {%- else -%}
    select
        asset,
        check_name,
        is_warning,
        said,
        since as failed_since,
        connection
    from {{ ingest_table('checks') }}
    where not passed
    {%- endif -%}
{%- endmacro %}

{# The model a test is about: the one it says, else the one it is attached to. #}
{% macro tested_model(test) -%}
    {%- set said = (test.config.meta.get('dagster') or {}).get('ref') or {} -%}
    {{ return(said.get('name') or (test.attached_node or 'several').split('.')[-1]) }}
{%- endmacro %}

{% macro check_words(result) -%}
    {#- An error's words may quote a value, and whoever reads the reports reads them. -#}
    {%- set error = 'an error' if hashes_pii() else (result.message or '') | truncate(300) -%}
    {%- set found = error if result.status == 'error' else (result.failures or 0) ~ ' rows do not pass' -%}
    {{ return((result.node.description ~ ' ' if result.node.description else '') ~ (
        '' if result.status == 'pass' else '(' ~ found ~ ')'
    )) }}
{%- endmacro %}
