{#
  Pairs are looked for from the lower-ranked order only, and by stretches of ten minutes, so that an account with one
  source pairs nothing and a subscription's equal bills do not meet each other.
#}
with orders as (
    select
        orders.*,
        coalesce(payment_totals.collected_minor, 0) > 0 as is_paid,
        {{ source_rank('orders.connection', 'orders.processor', 'orders.connector') }} as source_rank,
        {{ time_stretch('orders.ordered_at', 600) }} as stretch
    from {{ ref('int_orders') }} as orders
    left join {{ ref('int_payment_totals') }} as payment_totals
        on orders.connection = payment_totals.connection and orders.order_id = payment_totals.order_id
),

order_references as (
    select * from {{ ref('int_order_references') }}
),

order_emails as (
    select * from {{ ref('int_order_emails') }}
),

source_ranks as (
    select
        min(source_rank) as highest,
        max(source_rank) as lowest
    from orders
),

lower_ranked as (
    select orders.*
    from orders
    inner join source_ranks on orders.source_rank > source_ranks.highest
),

higher_ranked as (
    select orders.*
    from orders
    inner join source_ranks on orders.source_rank < source_ranks.lowest
),

same_name as (
    select
        mine.connection,
        mine.order_id,
        theirs.connection as twin_connection,
        theirs.order_id as twin_order_id
    from order_references as mine
    inner join lower_ranked
        on mine.connection = lower_ranked.connection and mine.order_id = lower_ranked.order_id
    inner join order_references as theirs
        on mine.reference = theirs.reference and not (mine.is_own and theirs.is_own)
),

lower_emails as (
    select
        lower_ranked.connection,
        lower_ranked.order_id,
        lower_ranked.currency,
        lower_ranked.revenue_minor,
        lower_ranked.ordered_at,
        order_emails.email_normalized,
        lower_ranked.stretch + near.position - 2 as stretch
    from lower_ranked
    inner join order_emails
        on
            lower_ranked.connection = order_emails.connection
            and lower_ranked.order_id = order_emails.order_id
    cross join {{ positions(3) }} as near
    where lower_ranked.revenue_minor <> 0
),

higher_emails as (
    select
        higher_ranked.connection,
        higher_ranked.order_id,
        higher_ranked.currency,
        higher_ranked.revenue_minor,
        higher_ranked.ordered_at,
        higher_ranked.stretch,
        order_emails.email_normalized
    from higher_ranked
    inner join order_emails
        on
            higher_ranked.connection = order_emails.connection
            and higher_ranked.order_id = order_emails.order_id
),

same_sale as (
    select
        lower_emails.connection,
        lower_emails.order_id,
        higher_emails.connection as twin_connection,
        higher_emails.order_id as twin_order_id
    from lower_emails
    inner join higher_emails
        on
            lower_emails.email_normalized = higher_emails.email_normalized
            and lower_emails.stretch = higher_emails.stretch
            and lower_emails.revenue_minor = higher_emails.revenue_minor
            and lower_emails.currency = higher_emails.currency
    where {{ seconds_apart('lower_emails.ordered_at', 'higher_emails.ordered_at') }} <= 600
),

alike as (
    select
        connection,
        order_id,
        twin_connection,
        twin_order_id,
        1 as likeness_rank
    from same_name

    union all

    select
        connection,
        order_id,
        twin_connection,
        twin_order_id,
        2 as likeness_rank
    from same_sale
),

nearest as (
    select
        connection,
        order_id,
        twin_connection,
        twin_order_id,
        min(likeness_rank) as likeness_rank
    from alike
    group by connection, order_id, twin_connection, twin_order_id
)

-- An order that took money is never the second sight of one that took none.
select
    nearest.connection,
    nearest.order_id,
    lower_ranked.connection || '/' || lower_ranked.processor as source,
    nearest.twin_connection,
    nearest.twin_order_id,
    row_number() over (
        order by
            nearest.likeness_rank,
            higher_ranked.source_rank,
            {{ seconds_apart('lower_ranked.ordered_at', 'higher_ranked.ordered_at') }},
            higher_ranked.ordered_at,
            lower_ranked.ordered_at,
            nearest.twin_connection,
            nearest.twin_order_id,
            nearest.connection,
            nearest.order_id
    ) as pair_rank
from nearest
inner join lower_ranked
    on nearest.connection = lower_ranked.connection and nearest.order_id = lower_ranked.order_id
inner join higher_ranked
    on
        nearest.twin_connection = higher_ranked.connection
        and nearest.twin_order_id = higher_ranked.order_id
        and lower_ranked.source_rank > higher_ranked.source_rank
where higher_ranked.is_paid or not lower_ranked.is_paid
