with orders as (
    select * from {{ ref('int_orders') }}
),

manual_matches as (
    select * from {{ ref('int_order_manual_matches') }}
),

-- Rungs outside, candidates inside: the first pair that names exactly one person. Addresses the customer had
-- before are no candidates, but keep a match that they made.
ranked_hits as (
    select
        hits.*,
        row_number() over (
            partition by connection, order_id
            order by case when is_former then 1 else 0 end, rung, candidate_rank
        ) as hit_rank
    from {{ ref('int_order_hits') }} as hits
    where not is_ambiguous
),

first_hits as (
    select * from ranked_hits
    where hit_rank = 1
)

select
    orders.connection,
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    case
        when manual_matches.person_id is not null then 'manual'
        else first_hits.match_method
    end as match_method,
    case
        when manual_matches.person_id is not null then manual_matches.match_email
        else first_hits.match_email
    end as match_email,
    coalesce(manual_matches.contact_connection, first_hits.contact_connection) as contact_connection,
    coalesce(manual_matches.contact_id, first_hits.contact_id) as contact_id,
    coalesce(manual_matches.person_id, first_hits.person_id) as person_id,
    manual_matches.person_id is null and first_hits.is_deleted as is_deleted
from orders
left join manual_matches
    on orders.connection = manual_matches.connection and orders.order_id = manual_matches.order_id
left join first_hits
    on orders.connection = first_hits.connection and orders.order_id = first_hits.order_id
where manual_matches.person_id is not null or first_hits.person_id is not null
