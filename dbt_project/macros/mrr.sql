{# Monthly recurring revenue: the one place that says how an amount per billing interval becomes a month. #}

{# What `amount` per `interval_count` intervals is a month, unrounded; basis year12 or day30. #}
{% macro monthly_amount(amount, billing_interval, interval_count) -%}
    {%- if mrr_basis() == 'day30' -%}
    (
        {{ amount }} * 30 / (
            {{ interval_count }} * case {{ billing_interval }}
                when 'day' then 1 when 'week' then 7 when 'month' then 30 when 'year' then 365
            end
        )
    )
    {%- else -%}
    (
        {{ amount }} * case {{ billing_interval }}
            when 'day' then 365 when 'week' then 52 when 'month' then 12 when 'year' then 1
        end / (12 * cast({{ interval_count }} as numeric))
    )
    {%- endif -%}
{%- endmacro %}

{#
  The last moment the data speak of, for reports that have a row for every day: pinned by the var `as_of`, else the
  last sync. Never the hour of the build: the same data give the same days.
#}
{% macro pinned_as_of() -%}
    {{ return(var('as_of', '') | string | trim) }}
{%- endmacro %}
