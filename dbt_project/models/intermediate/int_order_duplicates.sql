{#
  One to one: the likeliest pair of all is taken, then the likeliest of those left. Each round takes every pair that is
  the best of both its orders; what four rounds leave over are longer chains of equal sales minutes apart.
#}
{% set rounds = 4 %}

with twins as (
    select * from {{ ref('int_order_twins') }}
),

{% for round in range(1, rounds + 1) %}
left_{{ round }} as (
    select
        twins.*,
        min(twins.pair_rank) over (partition by twins.connection, twins.order_id) as best_of_order,
        min(twins.pair_rank) over (
            partition by twins.twin_connection, twins.twin_order_id, twins.source
        ) as best_of_twin
    from twins
    {% for earlier in range(1, round) %}
    left join taken_{{ earlier }} as taken_order_{{ earlier }}
        on
            twins.connection = taken_order_{{ earlier }}.connection
            and twins.order_id = taken_order_{{ earlier }}.order_id
    left join taken_{{ earlier }} as taken_twin_{{ earlier }}
        on
            twins.twin_connection = taken_twin_{{ earlier }}.twin_connection
            and twins.twin_order_id = taken_twin_{{ earlier }}.twin_order_id
            and twins.source = taken_twin_{{ earlier }}.source
    {% endfor %}
    where
        true
        {% for earlier in range(1, round) %}
        and taken_order_{{ earlier }}.order_id is null
        and taken_twin_{{ earlier }}.twin_order_id is null
        {% endfor %}
),

taken_{{ round }} as (
    select
        connection,
        order_id,
        source,
        twin_connection,
        twin_order_id
    from left_{{ round }}
    where pair_rank = best_of_order and pair_rank = best_of_twin
),

{% endfor %}
taken as (
    {% for round in range(1, rounds + 1) %}
    select * from taken_{{ round }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
)

select
    connection,
    order_id,
    twin_connection as duplicate_of_connection,
    twin_order_id as is_duplicate_of
from taken
