{#
  Models that keep what they built: when all of it goes, and how the rest is told from what has to be built anew.
  Everything kept bears what it was made from, a number or a fingerprint; no list of changes has to be right.
#}

{# dbt asks here whether a build begins anew: when told to, or when the last one was of other code or settings. #}
{% macro should_full_refresh() -%}
    {%- set told = config.get('full_refresh') -%}
    {%- set told = flags.FULL_REFRESH if told is none else told -%}
    {{ return(told or (model.config.materialized == 'incremental' and is_made_otherwise(this))) }}
{%- endmacro %}

{% macro is_made_otherwise(relation) -%}
    {%- set found = run_query(
        'select 1 from attribution.made_with where relation = ' ~ table_name(relation) ~ ' and made_with = ' ~ made_with()
    ) -%}
    {{ return(found.rows | length == 0) }}
{%- endmacro %}

{#
  What a model's rows depend on beside its parents' rows: the models' code, the settings, and which accounts are tests
  as the model reads it, not as syncs beside this build may have it by now.
#}
{% macro made_with() -%}
    {%- set words = [env_var('LEADLINE_PROJECT', '')] -%}
    {%- for name in setting_names() -%}
        {%- do words.append(setting(name)) -%}
    {%- endfor -%}
    {%- set connections = ingest_table('connections') if reads_raw_alone(model) else api.Relation.create(
        database=target.database, schema='staging', identifier='stg_ingest__connections'
    ) -%}
    {%- if raw_table_is_missing(connections) -%}
    md5({{ sql_text(words | join('|')) }})
    {%- else -%}
    md5({{ sql_text(words | join('|')) }} || coalesce(
        (select string_agg(connection, '|' order by connection) from {{ connections }} where is_test),
        ''
    ))
    {%- endif -%}
{%- endmacro %}

{# After a build, in its transaction. #}
{% macro remember_made_with(relation) -%}
    {%- if execute and model.config.materialized == 'incremental' -%}
    insert into attribution.made_with (relation, made_with)
    values ({{ table_name(relation) }}, {{ made_with() }})
    on conflict (relation) do update set made_with = excluded.made_with
    {%- endif -%}
{%- endmacro %}

{% macro create_incremental_notes() -%}
    {%- do run_query(
        'create table if not exists attribution.made_with (relation text primary key, made_with text not null)'
    ) -%}
    {%- do run_query(
        'create table if not exists attribution.reported_persons'
        ~ ' (report text, person_id text, fingerprint text not null, primary key (report, person_id))'
    ) -%}
{%- endmacro %}

{# Before an incremental build: rows go that no row of a parent has the key of. #}
{% macro delete_vanished(table, parent, keys) -%}
    {%- if is_incremental() -%}
    delete from {{ table }} as built
    where not exists (
        select 1 from {{ parent }} as parent
        where {% for key in keys %}parent.{{ key }} = built.{{ key }}{{ " and " if not loop.last }}{% endfor %}
    )
    {%- endif -%}
{%- endmacro %}

{#
  Before an incremental build, in its transaction: the keys are noted of rows that say another `made_from` than `now`
  gives them, of rows that `now` has no more, and of those not made yet; what stands of them goes. Both sides are read
  once, a few narrow columns each; `is_changed` then says which rows the model's own statement has to make. Of two
  builds by hand at once, which would each add the same rows, the second waits, and then finds them.
#}
{% macro delete_changed(table, now, keys, made_from='made_from') -%}
    {%- if is_incremental() -%}
    lock table {{ table }} in share row exclusive mode;
    create temporary table changed_rows on commit drop as
    select {% for key in keys %}coalesce(built.{{ key }}, now.{{ key }}) as {{ key }}{{ ", " if not loop.last }}{% endfor %}
    from {{ table }} as built
    full join ({{ now }}) as now
        on {% for key in keys %}built.{{ key }} = now.{{ key }}{{ " and " if not loop.last }}{% endfor %}
    where built.{{ made_from }} is distinct from now.{{ made_from }};
    analyze changed_rows;
    delete from {{ table }} as built
    using changed_rows as changed
    where {% for key in keys %}built.{{ key }} = changed.{{ key }}{{ " and " if not loop.last }}{% endfor %}
    {%- endif -%}
{%- endmacro %}

{# The same where rows are made of the objects of a raw table: `key` is the model's column that holds their id. #}
{% macro delete_overwritten(table, raw, key) -%}
    {%- if is_incremental() and raw_table_is_missing(raw) -%}
    delete from {{ table }}
    {%- elif is_incremental() -%}
    {%- set now -%}
    select connection, id as {{ key }}, {{ raw_row_version('held') }} as row_version from {{ raw }} as held
    {%- endset -%}
    {{ delete_changed(table, now, ['connection', key], made_from='row_version') }}
    {%- endif -%}
{%- endmacro %}

{% macro is_changed(keys) -%}
    {%- if is_incremental() -%}
    ({{ keys | join(', ') }}) in (select {{ keys | join(', ') }} from changed_rows)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#
  What a report kept person by person was made from, as of the rows it holds. Before a build, what was made from
  something else goes; `is_changed_person` says who has to be built; after it they are known.
#}
{% macro delete_changed_persons(report, fingerprints) -%}
    {%- if is_incremental() -%}
    delete from {{ report }} as reported
    where not exists (
        select 1
        from {{ fingerprints }} as persons
        inner join attribution.reported_persons as known
            on persons.person_id = known.person_id and persons.fingerprint = known.fingerprint
        where known.report = {{ table_name(report) }} and persons.person_id = reported.person_id
    )
    {%- endif -%}
{%- endmacro %}

{% macro is_changed_person(report, fingerprints) -%}
    {%- if is_incremental() -%}
    person_id in (
        select persons.person_id
        from {{ fingerprints }} as persons
        where
            not exists (
                select 1 from attribution.reported_persons as known
                where
                    known.report = {{ table_name(report) }}
                    and known.person_id = persons.person_id
                    and known.fingerprint = persons.fingerprint
            )
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{% macro remember_reported_persons(report, fingerprints) -%}
    delete from attribution.reported_persons as known
    where
        known.report = {{ table_name(report) }}
        and not exists (
            select 1 from {{ fingerprints }} as persons
            where persons.person_id = known.person_id and persons.fingerprint = known.fingerprint
        );
    insert into attribution.reported_persons (report, person_id, fingerprint)
    select {{ table_name(report) }}, persons.person_id, persons.fingerprint
    from {{ fingerprints }} as persons
    where not exists (
        select 1 from attribution.reported_persons as known
        where known.report = {{ table_name(report) }} and known.person_id = persons.person_id
    )
{%- endmacro %}

{# A table whatever its database is called, for notes go with a copy of it, and by the name it is shown under. #}
{% macro table_name(relation) -%}
    {{ sql_text((model.config.schema or relation.schema) ~ '.' ~ relation.identifier) }}
{%- endmacro %}
