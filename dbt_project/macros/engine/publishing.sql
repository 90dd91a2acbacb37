{#
  How what a build made in the schema `building` comes before its readers, in `marts` and `reports`: all of it in one
  transaction, row by row where rows differ, so that whoever reads meanwhile sees the former build or this one
  (docs/decisions/0016-builds-are-published-at-once.md). How one table does: publishing_tables.sql.
#}

{#
  After a build. What syncing or testing alone ran has made nothing; the first part of a build is published with the
  last. Of a build that is not whole only a first one is shown: what readers have stays what it was.
#}
{% macro publish() -%}
    {%- if execute and published_models() and env_var('LEADLINE_PUBLISH', 'now') == 'now' -%}
        {%- set made, missed = [], [] -%}
        {%- for result in results if result.node.resource_type in ('model', 'seed') -%}
            {%- do (made if result.status == 'success' else missed).append(result.node.name) -%}
        {%- endfor -%}
        {%- if missed and is_anything_published() -%}
            {{ log(
                "marts and reports stay as they were, for this build is not whole. Not made: "
                ~ missed | sort | join(', ') ~ ".", info=true
            ) }}
        {%- elif made -%}
            {%- do run_query(publishing()) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# What is made in `building`: its name, the schema in which readers find it, and whether builds keep its rows. #}
{% macro published_models() -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.schema in ['marts', 'reports'] -%}
        {%- do found.append((node.alias, node.config.schema)) -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}

{# The models whose rows are kept from build to build, as a list in SQL. #}
{% macro kept_models() -%}
    {%- set names = ["''"] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
        {%- do names.append(sql_text(node.alias)) -%}
    {%- endfor -%}
    {{ return(names | sort | join(', ')) }}
{%- endmacro %}

{% macro is_anything_published() -%}
    {%- set names = [] -%}
    {%- for name, place in published_models() -%}
        {%- do names.append("to_regclass(" ~ sql_text(place ~ '.' ~ name) ~ ")") -%}
    {%- endfor -%}
    {{ return(run_query("select 1 where coalesce(" ~ names | join(', ') ~ ") is not null").rows | length > 0) }}
{%- endmacro %}

{#
  One statement, and so one transaction. Tables first, then the tables that views stand on (copied to `attribution`,
  for a build replaces those in `intermediate`), then the views, then the locks.
#}
{% macro publishing() -%}
do $publish$
declare
    one record;
    changed text[] := '{}';
    patience timestamptz;
begin
    perform pg_advisory_xact_lock(hashtextextended('leadline-publish', 0));
    perform set_config('work_mem', '256MB', true);
    for one in
        with shown (name, place) as (
            values
            {%- for name, place in published_models() %}
            ({{ sql_text(name) }}, {{ sql_text(place) }}){{ ',' if not loop.last }}
            {%- endfor %}
        ),

        made as (
            select c.oid, c.relkind, shown.place, c.relname as name
            from pg_class as c
            inner join shown on c.relname = shown.name
            where c.relnamespace = 'building'::regnamespace
        ),

        sources as (
            select distinct c.oid, c.relkind, 'attribution' as place, c.relname as name
            from made
            inner join pg_rewrite as r on made.oid = r.ev_class
            inner join pg_depend as d on r.oid = d.objid and d.refclassid = 'pg_class'::regclass
            inner join pg_class as c on d.refobjid = c.oid
            where made.relkind = 'v' and c.relnamespace = 'intermediate'::regnamespace
        )

        select
            oid::regclass as made,
            relkind = 'v' as is_view,
            name in ({{ kept_models() }}) as is_kept,
            format('%I.%I', place, name) as shown
        from (table made union all table sources) as everything
        order by is_view, shown
    loop
        if one.is_view then
            call building.show_view(one.made, one.shown);
        elsif building.show_table(one.made, one.shown, one.is_kept) then
            changed := changed || one.shown;
        end if;
        call building.show_comments(one.made, one.shown);
    end loop;

    -- A reader's transaction that has read one of these tables goes on with the former build: it is waited for, in
    -- short tries, for whoever comes meanwhile waits too and must never meet a deadlock. After half a minute it is not.
    patience := clock_timestamp() + interval '30 seconds';
    while not building.locked(changed) and clock_timestamp() < patience loop
        perform pg_sleep(0.2);
    end loop;
end
$publish$
{%- endmacro %}
