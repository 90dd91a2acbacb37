{# Care of the server around a build: schemas, the reader's rights, statistics. #}

{# Before a build. Refuses an unknown time zone here, where the message can still be clear. #}
{% macro prepare_warehouse() -%}
    {%- if execute -%}
        {%- if target.name == 'published' -%}
            {{ exceptions.raise_compiler_error(
                "The target published is for reading what builds have made. Build with the target warehouse, the default."
            ) }}
        {%- endif -%}
        {{ check_timezone(report_timezone()) }}
        {%- for name in ['staging', 'intermediate', 'building', 'marts', 'reports'] -%}
            {%- do run_query('create schema if not exists ' ~ name) -%}
        {%- endfor -%}
        {%- do run_query(create_publishing()) -%}
        {%- do run_query(create_differing()) -%}
        {%- do run_query(create_component_function()) -%}
        {%- do create_channel_weights() -%}
        {%- do create_reported_days() -%}
        {%- do create_incremental_notes() -%}
        {%- if reader_exists() -%}
            {%- for name in ['marts', 'reports'] -%}
                {%- do run_query('grant usage on schema ' ~ name ~ ' to leadline_reader') -%}
                {%- do run_query(
                    'alter default privileges in schema ' ~ name ~ ' grant select on tables to leadline_reader'
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# After a build: also tables that were there before the role was. #}
{% macro grant_reader() -%}
    {%- if execute and reader_exists() -%}
        {%- for name in ['marts', 'reports'] -%}
            {%- do run_query('grant select on all tables in schema ' ~ name ~ ' to leadline_reader') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# After a build whose money did not close: the first gaps by name, for the count alone leads nowhere. #}
{% macro name_gaps() -%}
    {%- if execute -%}
        {%- set failed = [] -%}
        {%- for result in results if result.node.name.startswith('assert_money_closes') and result.status == 'fail' -%}
            {%- do failed.append(result.node.name) -%}
        {%- endfor -%}
        {%- if failed -%}
            {%- set gaps = run_query(
                "select object_kind || ' ' || coalesce(object_id, '(unnamed)') || ': ' || reason"
                ~ " || coalesce(' ' || balance_transaction_id, '') || ' (' || connection || ')'"
                ~ " from intermediate.int_balance_gaps order by moved_at desc, object_id limit 10"
            ).columns[0].values() -%}
            {{ log(
                failed | join(', ') ~ ": " ~ gaps | join('; ')
                ~ ". All of them: select * from intermediate.int_balance_gaps", info=true
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# After a build that lacked rates: which currency, and of which days. #}
{% macro name_unknown_rates() -%}
    {%- if execute -%}
        {%- for result in results if result.node.name == 'assert_exchange_rates_known' and result.status == 'fail' -%}
            {%- set unknown = run_query(
                "select upper(currency) || ' from ' || min(rate_date) || ' to ' || max(rate_date)"
                ~ " || ' (' || count(*) || ' days, ' || counted_in || ')'"
                ~ " from intermediate.int_unknown_rates group by currency, counted_in order by 1 limit 10"
            ).columns[0].values() -%}
            {{ log(
                "assert_exchange_rates_known: no rate into " ~ report_currency() | upper ~ " for " ~ unknown | join('; ')
                ~ ". Write them into dbt_project/seeds/exchange_rates.csv, or give the files connector an"
                ~ " exchange_rates.csv.", info=true
            ) }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro reader_exists() -%}
    {{ return(run_query("select 1 from pg_catalog.pg_roles where rolname = 'leadline_reader'").rows | length > 0) }}
{%- endmacro %}

{% macro check_timezone(timezone) -%}
    {%- set known = run_query(
        "select 1 from pg_catalog.pg_timezone_names where name = '" ~ timezone | replace("'", "''") ~ "'"
    ) -%}
    {%- if known.rows | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "REPORT_TIMEZONE is '" ~ timezone ~ "', which is no IANA time zone this server knows:"
            ~ " set it to a name such as America/New_York or UTC."
        ) }}
    {%- endif -%}
{%- endmacro %}

{# Statistics of a table just built; of one that is kept when they are worn. A view has none of its own. #}
{% macro analyze(relation) -%}
    {%- if model.config.materialized == 'table' or (model.config.materialized == 'incremental' and not is_incremental()) -%}
    analyze {{ relation }}
    {%- elif model.config.materialized == 'incremental' -%}
        {%- set is_worn = run_query(
            "select building.is_worn('" ~ relation ~ "'::regclass)"
        ).columns[0].values()[0] -%}
        {%- if is_worn -%}analyze {{ relation }}{%- endif -%}
    {%- endif -%}
{%- endmacro %}
