{#
  The place of an order's source in SOURCE_OF_TRUTH, 1 being the most trusted: by its connection, else its processor,
  else its connector. Sources that are not listed come last, none before another.
#}
{% macro source_rank(connection, processor, connector) -%}
    {%- set words = source_of_truth() -%}
    case
        {%- for column in [connection, processor, connector] %}
        {%- for word in words %}
        when lower({{ column }}) = '{{ word | lower }}' then {{ loop.index }}
        {%- endfor %}
        {%- endfor %}
        else {{ words | length + 1 }}
    end
{%- endmacro %}
