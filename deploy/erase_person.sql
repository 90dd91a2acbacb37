-- Erases a person's CRM records, former addresses and visits; docs/operations.md, "Erasing a person", says what stays.
--     psql "$(.venv/bin/leadline url)" -v ON_ERROR_STOP=1 -v address=jane@example.com -f deploy/erase_person.sql
-- Ids stay, as tombstones without content, so that nothing counted before is counted anew. It may be run again.
begin;
select set_config('leadline.address', :'address', true);

create temporary table erased (schema_name text, connection text, id text) on commit drop;

do $$
declare
    address constant text := nullif(trim(current_setting('leadline.address')), '');
    -- The address as a whole, in whatever case: jane@example.com is not in maryjane@example.com.
    named constant text := '(?<![a-z0-9._%+-])' || regexp_replace(address, '([^a-zA-Z0-9@])', '\\\1', 'g')
        || '(?![a-z0-9-])(?!\.[a-z0-9])';
    held record;
    rows_of bigint;
begin
    if address is null or address not like '%_@_%' then
        raise exception 'There is no address to erase: give one, as -v address=jane@example.com.';
    end if;

    -- Contacts that have the address now, or had it: their content goes, and with it every former state.
    for held in
        select table_schema as schema, table_name as name from information_schema.tables
        where (table_schema, table_name) in (
            ('raw_hubspot', 'contacts'), ('raw_activecampaign', 'contacts'), ('raw_kit', 'subscribers'),
            ('raw_files', 'contacts')
        )
    loop
        execute format(
            'insert into erased select distinct %1$L, connection, id from ('
            ' select connection, id from %1$I.%2$I where data::text ~* $1'
            ' union all select connection, id from %1$I.%3$I where data::text ~* $1) as found',
            held.schema, held.name, held.name || '_past'
        ) using named;
        execute format(
            'update %1$I.%2$I set is_deleted = true, content_hash = '''', data = json_build_object(''id'', id)'
            ' where (%1$L, connection, id) in (select * from erased)',
            held.schema, held.name
        );
        get diagnostics rows_of = row_count;
        raise notice '%.%: % erased', held.schema, held.name, rows_of;
        execute format(
            'delete from %1$I.%3$I where (%1$L, connection, id) in (select * from erased)',
            held.schema, held.name, held.name || '_past'
        );
    end loop;

    if to_regclass('raw_activecampaign.field_values') is not null then
        update raw_activecampaign.field_values
        set is_deleted = true, content_hash = '', data = json_build_object('id', id)
        where ('raw_activecampaign', connection, data ->> 'contact') in (select * from erased);
    end if;

    if to_regclass('raw_files.contacts') is not null then  -- their id may be the address
        delete from raw_files.contacts where ('raw_files', connection, id) in (select * from erased);
    end if;

    -- Rows that say the address themselves: visits, and tags of files.
    for held in
        select table_schema as schema, table_name as name from information_schema.columns
        where column_name = 'data' and (
            table_schema = 'raw_web_events'
            or (table_schema = 'raw_files' and table_name in ('contact_tags', 'contact_tags_past'))
        )
    loop
        execute format('delete from %I.%I where data::text ~* $1', held.schema, held.name) using named;
        get diagnostics rows_of = row_count;
        raise notice '%.%: % deleted', held.schema, held.name, rows_of;
    end loop;
    delete from ingest.quarantine where data::text ~* named;

    -- What was loaded last lies beside the tables until the next load takes its place.
    for held in
        select table_schema as schema, table_name as name from information_schema.columns
        where column_name = 'data' and table_schema ~ '^raw_.*_staging$'
    loop
        execute format('delete from %I.%I', held.schema, held.name);
    end loop;

    update ingest.connections set changed_at = clock_timestamp();  -- so that the reports are built
end
$$;
commit;
