-- A link made by hand speaks for its own payments only: one that means the whole Stripe customer names it.
with direct_matches as (
    select * from {{ ref('int_order_direct_matches') }}
    where customer_id is not null and match_method <> 'manual'
),

speakers as (
    select * from {{ ref('int_persons') }}
    where is_speaker
),

ranked as (
    select
        direct_matches.*,
        row_number() over (
            partition by connection, customer_id, person_id
            order by case when is_deleted then 1 else 0 end, ordered_at, order_id
        ) as order_rank
    from direct_matches
)

select
    ranked.connection,
    ranked.customer_id,
    ranked.person_id,
    ranked.match_email,
    case
        when ranked.is_deleted and not speakers.is_deleted then speakers.connection
        else ranked.contact_connection
    end as contact_connection,
    case
        when ranked.is_deleted and not speakers.is_deleted then speakers.contact_id
        else ranked.contact_id
    end as contact_id,
    speakers.is_deleted,
    speakers.person_deleted_at as deleted_at
from ranked
inner join speakers on ranked.person_id = speakers.person_id
where ranked.order_rank = 1
