{#
  The account's settings: the only place where a model meets the environment. A dbt var of the same name in
  lower case wins (tests use it). orchestration/settings.py checks what people write.
#}

{% macro setting(name, default='') -%}
    {{ return((var(name | lower, env_var(name, default)) | string | trim) or default) }}
{%- endmacro %}

{% macro setting_list(name, default='') -%}
    {%- set words = [] -%}
    {%- for word in setting(name, default).split(',') if word | trim -%}
        {%- do words.append(word | trim) -%}
    {%- endfor -%}
    {{ return(words) }}
{%- endmacro %}

{# All of them: what an incremental model was built with (macros/engine/incremental.sql). #}
{% macro setting_names() -%}
    {{ return([
        'REPORT_TIMEZONE', 'REPORT_CURRENCY', 'MRR_BASIS', 'ORDERS_EXCLUDE', 'SOURCE_OF_TRUTH', 'CRM_ID_METADATA_KEYS',
        'MATCH_EMAIL_ALIASES', 'ATTRIBUTION_MODEL', 'ATTRIBUTION_TOUCHES', 'ATTRIBUTION_WINDOW_DAYS',
        'TIME_DECAY_HALF_LIFE_DAYS', 'NURTURE_WINDOW_DAYS', 'TRACKING_STARTED_AT', 'HASH_PII'
    ]) }}
{%- endmacro %}

{# IANA name of the zone whose calendar days the reports count. #}
{% macro report_timezone() -%}
    {{ return(setting('REPORT_TIMEZONE', 'UTC')) }}
{%- endmacro %}

{# The currency the reports add up in, in lower case. #}
{% macro report_currency() -%}
    {{ return(setting('REPORT_CURRENCY', 'usd') | lower) }}
{%- endmacro %}

{# How a billing interval becomes a month: year12 or day30. #}
{% macro mrr_basis() -%}
    {{ return(setting('MRR_BASIS', 'year12')) }}
{%- endmacro %}

{# The order statuses whose totals are no revenue. #}
{% macro excluded_order_statuses() -%}
    {{ return(setting_list('ORDERS_EXCLUDE')) }}
{%- endmacro %}

{# Connections, connectors or processors, the most trusted first. #}
{% macro source_of_truth() -%}
    {{ return(setting_list('SOURCE_OF_TRUTH', 'stripe,files')) }}
{%- endmacro %}

{# Keys of Stripe metadata that hold a CRM contact id. #}
{% macro crm_id_metadata_keys() -%}
    {{ return(setting_list('CRM_ID_METADATA_KEYS', 'crm_contact_id')) }}
{%- endmacro %}

{# Whether gmail dots and +suffixes match; else they are only suggested. #}
{% macro matches_email_aliases() -%}
    {{ return(setting('MATCH_EMAIL_ALIASES', 'false') == 'true') }}
{%- endmacro %}

{# The additive model whose campaign labels reports that have no first touch of their own. #}
{% macro report_model() -%}
    {{ return(setting('ATTRIBUTION_MODEL', 'last_touch')) }}
{%- endmacro %}

{# The kinds of touchpoint that earn credit. #}
{% macro credited_touch_types() -%}
    {{ return(setting_list('ATTRIBUTION_TOUCHES', 'page_view,ad_click,opt_in,tag')) }}
{%- endmacro %}

{# How long before an order a touch still counts, in days of 24 hours, inclusive. #}
{% macro attribution_window_days() -%}
    {{ return(setting('ATTRIBUTION_WINDOW_DAYS', '90')) }}
{%- endmacro %}

{# After so many days a touch weighs half in time_decay. #}
{% macro half_life_days() -%}
    {{ return(setting('TIME_DECAY_HALF_LIFE_DAYS', '7')) }}
{%- endmacro %}

{# How long after a tag an order still counts as revenue after it; '' without limit. #}
{% macro nurture_window_days() -%}
    {{ return(setting('NURTURE_WINDOW_DAYS')) }}
{%- endmacro %}

{# The UTC day tracking began; '' when always. #}
{% macro tracking_started_at() -%}
    {{ return(setting('TRACKING_STARTED_AT')) }}
{%- endmacro %}

{# Whether names and addresses of people are hashed in marts and reports. #}
{% macro hashes_pii() -%}
    {{ return(setting('HASH_PII', 'false') == 'true') }}
{%- endmacro %}
