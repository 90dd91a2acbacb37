{# Reading the records of files: amounts and flags as people write them. #}

{# An amount of a record in minor units: written in major units (45.00), or in minor ones (4500) where it says so. #}
{% macro file_amount(document, column, exponent) -%}
    cast(
        round(
            {{ json_numeric(document, column) }}
            * case
                when {{ json_text(document, '_amounts') }} = 'minor' then 1
                else power(cast(10 as numeric), {{ exponent }})
            end
        ) as bigint
    )
{%- endmacro %}

{# Spend of a record in millionths of the major unit. #}
{% macro file_spend_micros(document, exponent) -%}
    cast(
        round(
            {{ json_numeric(document, 'spend') }}
            * case
                when {{ json_text(document, '_amounts') }} = 'minor' then power(cast(10 as numeric), 6 - {{ exponent }})
                else 1000000
            end
        ) as bigint
    )
{%- endmacro %}

{# True for 1, true or yes; false for anything else and for nothing. #}
{% macro file_flag(document, column) -%}
    coalesce(lower({{ json_text(document, column) }}) in ('1', 'true', 'yes'), false)
{%- endmacro %}

{# Id of an order, refund or subscription: two processors may use the same numbers. #}
{% macro file_id(document, column) -%}
    coalesce({{ json_text(document, 'processor') }} || '/', '') || {{ json_text(document, column) }}
{%- endmacro %}
