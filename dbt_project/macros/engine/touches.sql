{# Reading touches: patterns of rules, a host's own domain, and parameters that name an ad. #}

{# Whether a value fits a rule's pattern, in which * stands for any characters and nothing else is special. #}
{% macro fits_pattern(value, pattern) -%}
    {{ value }} like replace(replace(replace({{ pattern }}, '\', '\\'), '_', '\_'), '*', '%') escape '\'
{%- endmacro %}

{#
  The domain somebody registered: the last two labels of a host, three below a country's second level such as
  co.uk. An address of digits or a name without a dot is its own.
#}
{% macro registrable_domain(host) -%}
    case
        when {{ host }} ~ '^[0-9.]+$' or {{ host }} like '[%' then {{ host }}
        else coalesce(
            substring({{ host }} from '([^.]+[.](?:(?:ac|co|com|edu|gob|gov|go|ne|net|or|org)[.][a-z]{2}|[^.]+))[.]?$'),
            {{ host }}
        )
    end
{%- endmacro %}

{# A text as campaign names are compared: signs, cases and spaces people vary are one underscore. #}
{% macro campaign_alias(text) -%}
    nullif(btrim(regexp_replace(lower({{ text }}), '[^[:alnum:]]+', '_', 'g'), '_'), '')
{%- endmacro %}

{# A click's five UTM parameters as one comparable text; NULL unless one finer than the campaign is among them. #}
{% macro utm_set(columns) -%}
    case
        when coalesce({{ columns[3] }}, {{ columns[4] }}) is not null
            then lower(
                {%- for column in columns %}
                coalesce({{ column }}, ''){{ " || '|' || " if not loop.last }}
                {%- endfor %}
            )
    end
{%- endmacro %}
