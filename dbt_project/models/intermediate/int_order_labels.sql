with credits as (
    select
        connection,
        order_id,
        touchpoint_id,
        touched_at,
        channel,
        source,
        medium,
        campaign,
        -- Finer differences than a billionth of the order are the arithmetic's, not the model's.
        round(weight * 1000000000) as share
    from {{ ref('fct_attributed_revenue') }}
    where model = '{{ report_model() }}' and touchpoint_id is not null
),

ranked as (
    select
        credits.*,
        row_number() over (
            partition by connection, order_id
            order by share desc, touched_at asc, touchpoint_id asc
        ) as share_rank
    from credits
)

select
    connection,
    order_id,
    touchpoint_id,
    {{ labelled('channel') }} as channel,
    {{ labelled('source') }} as source,
    {{ labelled('medium') }} as medium,
    {{ labelled('campaign') }} as campaign
from ranked
where share_rank = 1
