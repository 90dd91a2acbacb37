{#
  The incremental strategy of tables that people read: what a build made of one is compared with what stands, and rows
  that differ leave and come. The table keeps its indexes and statistics, and publishing is told of these rows alone.
  A model that made a part of its table says which: `differing_within` is a condition of the standing rows to compare.
#}
{% macro get_incremental_differing_sql(arg_dict) -%}
    call building.take_over_differences(
        '{{ arg_dict["temp_relation"] }}'::regclass,
        '{{ arg_dict["target_relation"] }}'::regclass,
        {{ sql_text(config.get('differing_within', 'true')) }}
    )
{%- endmacro %}

{#
  The made rows are compared as the table would hold them: a contract's types round what a model left exact. Nothing is
  looked up row by row: a statement that fills a table known as empty would read all it has filled for each row.
#}
{% macro create_differing() -%}
create or replace procedure building.take_over_differences(made regclass, standing regclass, within_part text)
language plpgsql set enable_nestloop = off as $$
declare
    columns text;
    as_held text;
    keys text := building.unique_key(standing);
    rows_made bigint;
    rows_standing bigint;
begin
    select
        string_agg(quote_ident(attname), ', ' order by attnum),
        string_agg(
            format('cast(%1$I as %2$s) as %1$I', attname, format_type(atttypid, atttypmod)), ', ' order by attnum
        )
    into columns, as_held
    from pg_attribute
    where attrelid = standing and attnum > 0 and not attisdropped and attgenerated = '';
    execute format(
        'delete from %1$s as p where (%2$s) and not exists (select 1 from'
        ' (select %3$s, hash_record_extended(held.*, 0) as row_now from (select %4$s from %5$s offset 0) as held offset 0) as n'
        ' where (%6$s) = (%7$s) and n.row_now = hash_record_extended(row(%8$s), 0))',
        standing, within_part, keys, as_held, made,
        building.of('n', keys), building.of('p', keys), building.of('p', columns)
    );
    execute format(
        'insert into %1$s (%2$s) select %3$s from %4$s as n'
        ' where not exists (select 1 from %1$s as p where (%5$s) = (%6$s))',
        standing, columns, as_held, made, building.of('n', keys), building.of('p', keys)
    );
    -- Of two rows with one key, one of which stands already, the other would be lost without a word.
    execute format('select count(*) from %s', made) into rows_made;
    execute format('select count(*) from %s as p where %s', standing, within_part) into rows_standing;
    if rows_made <> rows_standing then
        raise unique_violation using message = format(
            '%s rows were made for %s, where %s stand now: each must have a (%s) of its own. Find those that share one,'
            ' and mend the model.', rows_made, standing, rows_standing, keys
        );
    end if;
end
$$;
{%- endmacro %}
