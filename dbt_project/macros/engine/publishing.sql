{#
  How what a build made in the schema `building` comes before its readers, in `marts` and `reports`: all of it in one
  transaction, row by row where rows differ, so that whoever reads meanwhile sees the former build or this one
  (docs/decisions/0016-builds-are-published-at-once.md).
#}

{# After a build. What syncing or testing alone ran has made nothing; the first part of a build is published with the last. #}
{% macro publish() -%}
    {%- if execute and env_var('LEADLINE_PUBLISH', 'now') == 'now' -%}
        {%- set made = results | selectattr('node.resource_type', 'equalto', 'model') | list -%}
        {%- if made -%}
            {%- do run_query(publishing()) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The schema in which readers find a model that is made in `building`. #}
{% macro published_models() -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.schema in ['marts', 'reports'] -%}
        {%- do found.append((node.alias, node.config.schema)) -%}
    {%- endfor -%}
    {{ return(found | sort) }}
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

        select oid::regclass as made, relkind = 'v' as is_view, format('%I.%I', place, name) as shown
        from (table made union all table sources) as everything
        order by is_view, shown
    loop
        if one.is_view then
            call building.show_view(one.made, one.shown);
        elsif building.show_table(one.made, one.shown) then
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

{# What publishing is made of, kept in `building`. #}
{% macro create_publishing() -%}
{# Rows that differ leave and come; a table that is new or has other columns or indexes is made anew. #}
create or replace function building.show_table(made regclass, shown text) returns boolean
language plpgsql as $$
declare
    keys text;
    columns text;
    deleted bigint;
    inserted bigint;
begin
    if to_regclass(shown) is not null and building.shape(to_regclass(shown)) is distinct from building.shape(made) then
        execute format(
            'drop %s %s cascade',
            case (select relkind from pg_class where oid = to_regclass(shown)) when 'v' then 'view' else 'table' end, shown
        );
    end if;
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from pg_attribute where attrelid = made and attnum > 0 and not attisdropped and attgenerated = '';
    if to_regclass(shown) is null then
        execute format('create table %s (like %s including all)', shown, made);
        execute format('insert into %s (%s) select %s from %s', shown, columns, columns, made);
        execute format('analyze %s', shown);
        return true;
    end if;

    select string_agg(format('n.%1$I = p.%1$I', a.attname), ' and ') into keys
    from pg_index as i
    inner join pg_attribute as a on i.indrelid = a.attrelid and a.attnum = any(i.indkey::smallint[])
    where i.indrelid = made and i.indisprimary;
    execute format(
        'delete from %s as p where not exists (select 1 from'
        ' (select s.*, hash_record_extended(s.*, 0) as row_now from %s as s offset 0) as n'
        ' where n.row_now = hash_record_extended(p.*, 0) and %s)',
        shown, made, coalesce(keys, 'true')
    );
    get diagnostics deleted = row_count;
    execute format(
        'insert into %1$s (%2$s) select %2$s from %3$s as n where not exists (select 1 from %4$s as p where %5$s)',
        shown, columns, made,
        case
            when keys is null
                then format('(select hash_record_extended(s.*, 0) as row_then from %s as s offset 0)', shown)
            else shown
        end,
        coalesce(keys, 'p.row_then = hash_record_extended(n.*, 0)')
    );
    get diagnostics inserted = row_count;
    if deleted + inserted > 0 then
        execute format('analyze %s', shown);
    end if;
    return deleted + inserted > 0;
end
$$;

{# The columns and indexes of a table; of a view nothing, for a table never equals one. #}
create or replace function building.shape(relation regclass) returns text
language sql stable as $$
    select
        string_agg(format('%I %s %s', attname, format_type(atttypid, atttypmod), attnotnull), ', ' order by attnum)
        || coalesce((
            select string_agg(
                regexp_replace(pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX .* USING ', '\1'), '; '
                order by regexp_replace(pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX .* USING ', '\1')
            )
            from pg_index where indrelid = relation
        ), '')
    from pg_attribute
    where
        attrelid = relation and attnum > 0 and not attisdropped
        and exists (select 1 from pg_class where oid = relation and relkind = 'r')
$$;

{# A view stands on what is shown, never on what a build replaces. #}
create or replace procedure building.show_view(made regclass, shown text)
language plpgsql as $$
declare
    definition text := replace(pg_get_viewdef(made), 'intermediate.', 'attribution.');
begin
    if to_regclass(shown) is not null and (select relkind from pg_class where oid = to_regclass(shown)) = 'r' then
        execute format('drop table %s cascade', shown);
    end if;
    if to_regclass(shown) is null then
        execute format('create view %s as %s', shown, definition);
    elsif pg_get_viewdef(to_regclass(shown)) <> definition then
        execute format('drop view %s cascade', shown);
        execute format('create view %s as %s', shown, definition);
    end if;
end
$$;

{# What is said of a table and its columns, where it is not yet said. #}
create or replace procedure building.show_comments(made regclass, shown text)
language plpgsql as $$
declare
    one record;
begin
    for one in
        select n.attname, col_description(made, n.attnum) as said
        from pg_attribute as n
        inner join pg_attribute as p on p.attrelid = to_regclass(shown) and n.attname = p.attname
        where
            n.attrelid = made and n.attnum > 0
            and col_description(made, n.attnum) is distinct from col_description(p.attrelid, p.attnum)
    loop
        execute format('comment on column %s.%I is %L', shown, one.attname, one.said);
    end loop;
    if obj_description(made, 'pg_class') is distinct from obj_description(to_regclass(shown), 'pg_class') then
        execute format(
            'comment on %s %s is %L',
            case (select relkind from pg_class where oid = made) when 'v' then 'view' else 'table' end,
            shown, obj_description(made, 'pg_class')
        );
    end if;
end
$$;

{# Whether all of these tables are locked, until the transaction ends; tried for less than a deadlock is looked for. #}
create or replace function building.locked(tables text[]) returns boolean
language plpgsql as $$
declare
    one text;
    until timestamptz := clock_timestamp() + interval '300 milliseconds';
    left_over integer;
begin
    foreach one in array tables loop
        left_over := greatest(extract(milliseconds from until - clock_timestamp())::integer, 1);
        perform set_config('lock_timeout', left_over::text, true);
        execute format('lock table %s in access exclusive mode', one);
    end loop;
    perform set_config('lock_timeout', '0', true);
    return true;
exception when lock_not_available then
    return false;
end
$$;
{%- endmacro %}
