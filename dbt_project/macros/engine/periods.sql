{# Calendar days and the periods they lie in. Weeks begin on Monday (ISO 8601). #}

{# One row per day from <first> to <last>, both included, of a relation that holds the two: report_date. #}
{% macro every_day(relation, first, last) -%}
    select cast(generate_series({{ first }}, {{ last }}, interval '1 day') as date) as report_date
    from {{ relation }}
{%- endmacro %}

{# How many midnights lie between two days; negative when the first named is the earlier. #}
{% macro calendar_days_between(later, earlier) -%}
    cast({{ later }} - {{ earlier }} as bigint)
{%- endmacro %}

{# First day of the day, week or month a day lies in. #}
{% macro period_start(grain, day) -%}
    cast(date_trunc('{{ grain }}', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{# The same day so many days, weeks or months later. #}
{% macro periods_later(grain, day, periods=1) -%}
    cast({{ day }} + interval '{{ periods }} {{ grain }}' as date)
{%- endmacro %}

{# The middle of the values of a group, halfway between two; NULL ones are left out. #}
{% macro median(expression) -%}
    cast(percentile_cont(0.5) within group (order by {{ expression }}) as numeric)
{%- endmacro %}

{# A moment in ISO 8601, UTC, to the second. #}
{% macro iso_moment(moment) -%}
    to_char({{ moment }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
{%- endmacro %}

{# A JSON object as text, from names and expressions; NULL values are left out. #}
{% macro json_object_text(values) -%}
    cast(
        jsonb_strip_nulls(
            jsonb_build_object(
                {%- for name, expression in values.items() %}
                '{{ name }}', {{ expression }}{{ "," if not loop.last }}
                {%- endfor %}
            )
        ) as text
    )
{%- endmacro %}
