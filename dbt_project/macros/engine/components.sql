{#
  Connected components by union-find, in time close to the number of edges: joins that walk the graph need a
  round per step of a chain and explode on one address shared by a thousand contacts.
#}

{% macro create_component_function() -%}
create or replace function intermediate.connected_components(ones bigint[], others bigint[])
returns table (node bigint, component bigint)
language plpgsql immutable as $$
declare
    -- Nodes are numbered from 1; parent[n] leads to the smallest node of n's component.
    parent bigint[] := array(
        select generate_series(1, greatest(
            (select max(n) from unnest(ones) as n), (select max(n) from unnest(others) as n), 0
        ))
    );
    one bigint;
    other bigint;
begin
    for edge in 1 .. coalesce(array_length(ones, 1), 0) loop
        one := ones[edge];
        other := others[edge];
        while parent[one] <> one loop
            parent[one] := parent[parent[one]];
            one := parent[one];
        end loop;
        while parent[other] <> other loop
            parent[other] := parent[parent[other]];
            other := parent[other];
        end loop;
        parent[greatest(one, other)] := least(one, other);
    end loop;
    -- A parent never has a larger number than its child, so one pass upwards settles every node.
    for n in 1 .. coalesce(array_length(parent, 1), 0) loop
        parent[n] := parent[parent[n]];
    end loop;
    return query select u.ordinality, u.root from unnest(parent) with ordinality as u (root, ordinality);
end
$$
{%- endmacro %}

{# Relation of (node, component) for the edges (one_node, other_node) of a relation; nodes are 1, 2, 3 … #}
{% macro connected_components(edges) -%}
    intermediate.connected_components(
        (select array_agg(one_node order by one_node, other_node) from {{ edges }}),
        (select array_agg(other_node order by one_node, other_node) from {{ edges }})
    )
{%- endmacro %}
