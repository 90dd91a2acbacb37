{# Moments and calendar days. Facts are UTC moments; days exist only in a named zone. #}

{# The calendar day of a moment in an IANA zone. #}
{% macro local_date(moment, timezone) -%}
    cast({{ moment }} at time zone '{{ timezone }}' as date)
{%- endmacro %}

{# The moment a day begins in the zone an expression names; NULL where no such zone is known. #}
{% macro day_start(day, zone) -%}
    case
        when {{ zone }} in (select name from pg_timezone_names)
            then cast({{ day }} as timestamp) at time zone {{ zone }}
    end
{%- endmacro %}

{# First day of the UTC month of a moment. #}
{% macro utc_month(moment) -%}
    cast(date_trunc('month', {{ moment }} at time zone 'UTC') as date)
{%- endmacro %}

{# Seconds between two moments, never negative. #}
{% macro seconds_apart(one, other) -%}
    abs(extract(epoch from {{ one }}) - extract(epoch from {{ other }}))
{%- endmacro %}

{# The moment so many seconds later. #}
{% macro seconds_after(moment, seconds) -%}
    ({{ moment }} + interval '{{ seconds }} seconds')
{%- endmacro %}

{# The type of a moment with its zone. #}
{% macro timestamp_type() -%}
    timestamp with time zone
{%- endmacro %}

{# A moment written in ISO 8601; one without a zone, a mere day too, is UTC. #}
{% macro utc_moment(expression) -%}
    cast(
        case
            when {{ expression }} like '%:%' and {{ expression }} ~ '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'
                then {{ expression }}
            else nullif({{ expression }}, '') || ' UTC'
        end as timestamp with time zone
    )
{%- endmacro %}

{# The number of a moment's stretch of so many seconds; neighbouring stretches have neighbouring numbers. #}
{% macro time_stretch(moment, seconds) -%}
    cast(floor(extract(epoch from {{ moment }}) / {{ seconds }}) as bigint)
{%- endmacro %}
