{#
  The rows of two relations of the same keys and measures in which they do not agree, as a test wants them. A row that
  one of them lacks counts as 0; an amount that is not known agrees with nothing but the same.
#}
{% macro disagreements(one, other, keys, measures) -%}
    select {{ keys | join(', ') }}
    from (
        {%- for relation, side in [(one, 1), (other, -1)] %}
        select
            {%- for key in keys %}
            {{ key }},
            {%- endfor %}
            {%- for measure in measures %}
            {{ side }} * {{ measure }} as {{ measure }},
            {{ side }} * case when {{ measure }} is null then 1 else 0 end as {{ measure }}_unknown{{ "," if not loop.last }}
            {%- endfor %}
        from {{ relation }}
        {{ "union all" if not loop.last }}
        {%- endfor %}
    ) as both_sides
    group by {{ keys | join(', ') }}
    having
        {%- for measure in measures %}
        coalesce(sum({{ measure }}), 0) <> 0
        or sum({{ measure }}_unknown) <> 0
        {{ "or" if not loop.last }}
        {%- endfor %}
{%- endmacro %}
