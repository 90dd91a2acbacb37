{# What attribution asks of the engine: hashes of rows, whole division, and upkeep of what is built person by person. #}

{# One number for a row's values, NULL being a value like any other. #}
{% macro row_hash(columns) -%}
    hash_record_extended(row({{ columns | join(', ') }}), 0)
{%- endmacro %}

{# The same of a whole row. #}
{% macro record_hash(record) -%}
    hash_record_extended({{ record }}, 0)
{%- endmacro %}

{#
  Another number for such a number. The engine's hash of a row is a weighted sum of its columns' hashes, so that two
  rows which exchange a value would still sum to the same.
#}
{% macro scattered(hash) -%}
    hashtextextended(cast({{ hash }} as text), 0)
{%- endmacro %}

{# The sum of such numbers as text: the same whatever the order of the rows. #}
{% macro hash_sum(hash) -%}
    cast(coalesce(sum({{ scattered(hash) }}), 0) as text)
{%- endmacro %}

{# How often the one goes into the other, both whole and not negative. #}
{% macro whole_division(amount, divisor) -%}
    ({{ amount }}) / ({{ divisor }})
{%- endmacro %}

{#
  What is left of 1 after the time between two moments, halved every so many days. Double precision, twelve times as
  fast as numeric; beyond a thousand halvings the engine would complain of underflow.
#}
{% macro half_life_weight(earlier, later) -%}
    power(
        cast(0.5 as double precision),
        least(date_part('epoch', {{ later }} - {{ earlier }}) / {{ half_life_days() | float * 86400 }}, 1000)
    )
{%- endmacro %}

{# More memory for the sorts and joins of one model's statement. #}
{% macro with_memory() -%}
    set local work_mem = '256MB'
{%- endmacro %}

{# Before an incremental build: whatever was built from other inputs than those of now goes. #}
{% macro delete_stale(table, persons, fingerprint='fingerprint') -%}
    {%- if is_incremental() -%}
    delete from {{ table }} as built
    where not exists (
        select 1 from {{ persons }} as persons
        where persons.person_id = built.person_id and persons.{{ fingerprint }} = built.fingerprint
    )
    {%- endif -%}
{%- endmacro %}

{#
  The same where sums are kept of what was built: a row that goes is only marked, until the sums have been told
  (int_attribution_day_sums), which then delete it.
#}
{% macro mark_stale(table, persons) -%}
    {%- if is_incremental() -%}
    update {{ table }} as built
    set replaced_in = {{ transaction_number() }}
    where
        replaced_in is null
        and not exists (
            select 1 from {{ persons }} as persons
            where persons.person_id = built.person_id and persons.fingerprint = built.fingerprint
        )
    {%- endif -%}
{%- endmacro %}

{% macro delete_replaced(table) -%}
    delete from {{ table }} where replaced_in is not null
{%- endmacro %}

{#
  The number of this transaction: later ones have higher numbers. It is noted before the model's statement, which the
  planner would not share among several processes if it asked for the number itself.
#}
{% macro note_transaction_number() -%}
    select set_config('leadline.transaction_number', cast(pg_current_xact_id() as text), true)
{%- endmacro %}

{% macro transaction_number() -%}
    cast(current_setting('leadline.transaction_number') as bigint)
{%- endmacro %}

{# Tells a table from the one that a full refresh put in its place. #}
{% macro table_identity(relation) -%}
    cast(cast('{{ relation }}' as regclass) as oid)::bigint
{%- endmacro %}

{# Sums of paths that a full refresh has replaced since are of no use to anybody. #}
{% macro delete_sums_of_other_paths(table, paths) -%}
    {%- if is_incremental() -%}
    delete from {{ table }} where paths_identity <> {{ table_identity(paths) }}
    {%- endif -%}
{%- endmacro %}

{#
  What a report kept by day was made from: the day's fingerprint, written in the transaction of its rows. Days whose
  sums have another one now, or none, are noted before a build (`changed_days`), and are made anew.
#}
{% macro create_reported_days() -%}
    {%- do run_query(
        'create table if not exists attribution.reported_days'
        ~ ' (report_date date primary key, fingerprint text not null)'
    ) -%}
{%- endmacro %}

{% macro note_changed_days(fingerprints) -%}
    {%- if is_incremental() -%}
    create temporary table changed_days on commit drop as
    select coalesce(sums.report_date, known.report_date) as report_date
    from {{ fingerprints }} as sums
    full join attribution.reported_days as known on sums.report_date = known.report_date
    where sums.fingerprint is distinct from known.fingerprint;
    analyze changed_days
    {%- endif -%}
{%- endmacro %}

{% macro remember_reported_days(fingerprints) -%}
    delete from attribution.reported_days;
    insert into attribution.reported_days select report_date, fingerprint from {{ fingerprints }}
{%- endmacro %}

{# Where the data-driven models' weights are written; empty until they are computed for the first time. #}
{% macro create_channel_weights() -%}
    {%- do run_query('create schema if not exists attribution') -%}
    {%- do run_query(
        'create table if not exists attribution.channel_weights'
        ~ ' (model text not null, channel text not null, weight double precision not null, primary key (model, channel))'
    ) -%}
{%- endmacro %}

{# The sum of such numbers over all rows, beside each of them. #}
{% macro whole_hash_sum(hash) -%}
    cast(sum({{ scattered(hash) }}) over () as text)
{%- endmacro %}
