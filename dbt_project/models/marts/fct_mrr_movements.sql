with days as (
    select * from {{ ref('int_mrr_subscriber_days') }}
),

kinds as (
    select
        'new' as movement,
        1 as direction

    union all

    select
        'reactivation' as movement,
        1 as direction

    union all

    select
        'expansion' as movement,
        1 as direction

    union all

    select
        'contraction' as movement,
        -1 as direction

    union all

    select
        'churn' as movement,
        -1 as direction
),

-- Pausing takes MRR out as a contraction, resuming brings it back as an expansion: nobody left, nobody came.
amounts as (
    select
        days.*,
        kinds.movement,
        kinds.direction,
        case
            when kinds.movement = 'contraction' then days.paused_minor
            when kinds.movement = 'expansion' then days.resumed_minor
            else 0
        end as pause_minor,
        case when days.held_movement = kinds.movement then days.held_change_minor else 0 end as own_minor
    from days
    cross join kinds
)

select
    subscriber_id,
    currency,
    report_date as movement_date,
    movement,
    cast(own_minor + pause_minor as bigint) as amount_minor,
    cast(direction * (own_minor + pause_minor) as bigint) as signed_minor,
    cast(pause_minor as bigint) as pause_minor,
    opening_mrr_minor,
    closing_mrr_minor,
    opening_paused_mrr_minor,
    closing_paused_mrr_minor,
    connection,
    home_connection
from amounts
where own_minor + pause_minor > 0
