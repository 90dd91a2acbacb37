{# Exact arithmetic on money: integers in, integers out; division is where engines differ. #}

{# amount x numerator / denominator to the nearest whole number, halves away from zero; NULL when divided by 0. #}
{% macro rescaled(amount, numerator, denominator) -%}
    cast(
        round(
            cast({{ amount }} as numeric) * cast({{ numerator }} as numeric)
            / nullif(cast({{ denominator }} as numeric), 0)
        ) as bigint
    )
{%- endmacro %}

{# An amount in minor units as major units of its currency: 5000 is 50.00 dollars, 5,000 yen, 5.000 dinars. #}
{% macro major_units(amount_minor, exponent) -%}
    cast(cast({{ amount_minor }} as numeric) * {{ minor_unit(exponent) }} as numeric(38, 3))
{%- endmacro %}

{# What one minor unit is in major ones. Written out, for numeric powers and quotients take eight times as long. #}
{% macro minor_unit(exponent) -%}
    case {{ exponent }}
        when 2 then 0.01
        when 0 then 1
        when 3 then 0.001
        else power(cast(10 as numeric), -({{ exponent }}))
    end
{%- endmacro %}

{# A major amount, already of its currency's places, in minor units. #}
{% macro minor_units(amount, exponent) -%}
    cast(round({{ amount }} / {{ minor_unit(exponent) }}) as bigint)
{%- endmacro %}

{# Millionths of a major unit (Google's micros) in minor units of a currency, halves up. #}
{% macro micros_to_minor(micros, exponent) -%}
    cast(round(cast({{ micros }} as numeric) * power(cast(10 as numeric), {{ exponent }}) / 1000000) as bigint)
{%- endmacro %}

{# An amount in major units as millionths, exact. #}
{% macro decimal_micros(amount) -%}
    cast({{ amount }} * 1000000 as bigint)
{%- endmacro %}

{# Millionths of a major unit as major units of another currency, to the millionth. #}
{% macro micros_to_major(micros, rate) -%}
    cast(cast({{ micros }} as numeric) * {{ rate }} / 1000000 as numeric(38, 6))
{%- endmacro %}

{# One amount per unit of another; NULL when divided by 0, never infinite. #}
{% macro ratio(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as numeric) / nullif(cast({{ denominator }} as numeric), 0) as numeric(38, 6)
    )
{%- endmacro %}
