{#
  How one table or view that a build made comes before its readers: functions of the warehouse, kept in `building`.
  What is shown when: publishing.sql.
#}

{% macro create_publishing() -%}
{# Rows that differ leave and come; a table that is new or has other columns or indexes is made anew. #}
create or replace function building.show_table(made regclass, shown text, is_kept boolean) returns boolean
language plpgsql as $$
declare
    columns text := (
        select string_agg(quote_ident(attname), ', ' order by attnum)
        from pg_attribute where attrelid = made and attnum > 0 and not attisdropped and attgenerated = ''
    );
    keys text := building.unique_key(made);
    is_other boolean;
begin
    if to_regclass(shown) is not null and building.shape(to_regclass(shown)) is distinct from building.shape(made) then
        execute format(
            'drop %s %s cascade',
            case (select relkind from pg_class where oid = to_regclass(shown)) when 'v' then 'view' else 'table' end, shown
        );
    end if;
    if to_regclass(shown) is null then
        execute format('create table %s (like %s including all)', shown, made);
        execute format('insert into %1$s (%2$s) select %2$s from %3$s', shown, columns, made);
        is_other := true;
    elsif is_kept and building.knows_changes(made) then
        is_other := building.show_changes(made, shown, columns);
    elsif keys is not null then
        is_other := building.show_differences(made, shown, columns, keys);
    else
        execute format('delete from %s', shown);
        execute format('insert into %1$s (%2$s) select %2$s from %3$s', shown, columns, made);
        is_other := true;
    end if;
    if is_kept then
        call building.note_changes_of(made);
    end if;
    if is_other and building.is_worn(to_regclass(shown)) then
        execute format('analyze %s', shown);
    end if;
    return is_other;
end
$$;

{#
  Whether a tenth of a table has changed since it was analysed, which is when the server itself would. Statistics are a
  sample, whose making costs the same however little is new.
#}
create or replace function building.is_worn(relation regclass) returns boolean
language sql volatile as $$
    select
        pg_stat_get_mod_since_analyze(oid) + pg_stat_get_xact_tuples_inserted(oid)
        + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) > 0.1 * reltuples
    from pg_class
    where oid = relation
$$;

{# The columns of the primary key, else of a unique index; NULL where there is none. #}
create or replace function building.unique_key(relation regclass) returns text
language sql stable as $$
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    from (
        select indrelid, indkey from pg_index
        where indrelid = relation and indisunique and indpred is null and indexprs is null
        order by indisprimary desc, indexrelid
        limit 1
    ) as i
    inner join pg_attribute as a on i.indrelid = a.attrelid and a.attnum = any(i.indkey::smallint[])
$$;

{#
  All rows are compared by their hashes; `is not distinct from` keeps the dear hash out of the join, once a row. Nothing
  is looked up row by row: a statement that fills a table known as empty would read all it has filled for each row.
#}
create or replace function building.show_differences(made regclass, shown text, columns text, keys text)
returns boolean
language plpgsql set enable_nestloop = off as $$
declare
    deleted bigint;
    inserted bigint;
begin
    execute format(
        'delete from %1$s as p where not exists (select 1 from'
        ' (select %3$s, hash_record_extended(s.*, 0) as row_now from %2$s as s offset 0) as n'
        ' where (%4$s) = (%5$s) and n.row_now is not distinct from hash_record_extended(p.*, 0))',
        shown, made, keys, building.of('n', keys), building.of('p', keys)
    );
    get diagnostics deleted = row_count;
    execute format(
        'insert into %1$s (%2$s) select %2$s from %3$s as n where not exists (select 1 from %1$s as p where (%4$s) = (%5$s))',
        shown, columns, made, building.of('n', keys), building.of('p', keys)
    );
    get diagnostics inserted = row_count;
    return deleted + inserted > 0;
end
$$;

create or replace function building.of(relation text, columns text) returns text
language sql immutable as $$
    select string_agg(relation || '.' || one, ', ' order by place)
    from unnest(string_to_array(columns, ', ')) with ordinality as c (one, place)
$$;

{#
  Of a table whose rows are kept from build to build, the keys that changed are noted by triggers, until they are
  shown. Dropped and made anew it has no triggers, and so all of it is new. Without a key what is noted is the
  indexed column of the rows, all of which are then shown anew.
#}
create or replace function building.noted_columns(made regclass) returns text
language sql stable as $$
    select coalesce(building.unique_key(made), (
        select quote_ident(a.attname)
        from pg_index as i
        inner join pg_attribute as a on i.indrelid = a.attrelid and a.attnum = i.indkey[0]
        where i.indrelid = made
        order by i.indexrelid
        limit 1
    ))
$$;

create or replace function building.changes_of(made regclass) returns text
language sql stable as $$
    select format('building.%I', relname || '__changes') from pg_class where oid = made
$$;

{# Noted, and not everything of it: a NULL stands for that. Until the transaction ends nothing more is noted. #}
create or replace function building.knows_changes(made regclass) returns boolean
language plpgsql as $$
declare
    knows boolean;
begin
    if not exists (select from pg_trigger where tgrelid = made and tgname = 'note_inserted') then
        return false;
    end if;
    execute format('lock table %s in share row exclusive mode', building.changes_of(made));
    execute format(
        'select not exists (select from %s where %s is null)',
        building.changes_of(made), replace(building.noted_columns(made), ', ', ' is null or ')
    ) into knows;
    return knows;
end
$$;

create or replace function building.show_changes(made regclass, shown text, columns text) returns boolean
language plpgsql as $$
declare
    noted text := building.noted_columns(made);
    changes text := format('(select distinct %s from %s)', noted, building.changes_of(made));
    deleted bigint;
    inserted bigint;
begin
    execute format('delete from %s as p where (%s) in %s', shown, building.of('p', noted), changes);
    get diagnostics deleted = row_count;
    execute format(
        'insert into %1$s (%2$s) select %2$s from %3$s as n where (%4$s) in %5$s',
        shown, columns, made, building.of('n', noted), changes
    );
    get diagnostics inserted = row_count;
    return deleted + inserted > 0;
end
$$;

create or replace procedure building.note_changes_of(made regclass)
language plpgsql as $$
declare
    noted text := building.noted_columns(made);
begin
    if exists (select from pg_trigger where tgrelid = made and tgname = 'note_inserted') then
        execute format('delete from %s', building.changes_of(made));
    elsif noted is not null then
        execute format('drop table if exists %s', building.changes_of(made));
        execute format('create table %s as select %s from %s with no data', building.changes_of(made), noted, made);
        execute format(
            'create trigger note_inserted after insert on %1$s referencing new table as now_rows'
            ' for each statement execute function building.note_changes(%2$L);'
            ' create trigger note_deleted after delete on %1$s referencing old table as former_rows'
            ' for each statement execute function building.note_changes(%2$L);'
            ' create trigger note_updated after update on %1$s referencing old table as former_rows new table as now_rows'
            ' for each statement execute function building.note_changes(%2$L);'
            ' create trigger note_truncated after truncate on %1$s'
            ' for each statement execute function building.note_changes(%2$L)',
            made, noted
        );
    end if;
end
$$;

create or replace function building.note_changes() returns trigger
language plpgsql as $$
declare
    changes text := format('building.%I (%s)', tg_table_name || '__changes', tg_argv[0]);
begin
    if tg_op in ('INSERT', 'UPDATE') then
        execute format('insert into %s select distinct %s from now_rows', changes, tg_argv[0]);
    end if;
    if tg_op in ('DELETE', 'UPDATE') then
        execute format('insert into %s select distinct %s from former_rows', changes, tg_argv[0]);
    end if;
    if tg_op = 'TRUNCATE' then
        execute format('insert into building.%I default values', tg_table_name || '__changes');
    end if;
    return null;
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
