with changes as (
    select
        subscriber_id,
        currency,
        report_date,
        connection,
        sum(mrr_change_minor) as mrr_change_minor,
        sum(paused_mrr_change_minor) as paused_mrr_change_minor,
        sum(active_change) as active_change
    from {{ ref('int_subscription_days') }}
    group by subscriber_id, currency, report_date, connection
),

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where has_started
),

subscribers as (
    select * from {{ ref('int_subscription_subscribers') }}
),

-- Somebody with subscriptions in two connections is counted in the first of them.
homes as (
    select
        subscribers.subscriber_id,
        subscriptions.currency,
        subscriptions.connection,
        row_number() over (
            partition by subscribers.subscriber_id, subscriptions.currency
            order by subscriptions.started_at, subscriptions.connection, subscriptions.subscription_id
        ) as home_rank
    from subscriptions
    inner join subscribers
        on
            subscriptions.connection = subscribers.connection
            and subscriptions.subscription_id = subscribers.subscription_id
),

days as (
    select
        subscriber_id,
        currency,
        report_date,
        cast(sum(mrr_change_minor) as bigint) as mrr_change_minor,
        cast(sum(paused_mrr_change_minor) as bigint) as paused_mrr_change_minor,
        cast(sum(active_change) as bigint) as active_change
    from changes
    group by subscriber_id, currency, report_date
),

-- A movement belongs to the connection that changed most.
movers as (
    select
        changes.subscriber_id,
        changes.currency,
        changes.report_date,
        changes.connection,
        row_number() over (
            partition by changes.subscriber_id, changes.currency, changes.report_date
            order by abs(changes.mrr_change_minor) desc, changes.connection
        ) as mover_rank
    from changes
),

closings as (
    select
        days.*,
        cast(sum(mrr_change_minor) over its_days as bigint) as closing_mrr_minor,
        cast(sum(paused_mrr_change_minor) over its_days as bigint) as closing_paused_mrr_minor,
        cast(sum(active_change) over its_days as bigint) as closing_active
    from days
    window its_days as (partition by subscriber_id, currency order by report_date)
),

held as (
    select
        closings.*,
        closing_mrr_minor - mrr_change_minor as opening_mrr_minor,
        closing_paused_mrr_minor - paused_mrr_change_minor as opening_paused_mrr_minor,
        closing_active - active_change as opening_active,
        closing_mrr_minor + closing_paused_mrr_minor as closing_held_minor,
        closing_mrr_minor + closing_paused_mrr_minor - mrr_change_minor - paused_mrr_change_minor
            as opening_held_minor
    from closings
),

known as (
    select
        held.*,
        coalesce(
            max(closing_held_minor) over (
                partition by subscriber_id, currency
                order by report_date
                rows between unbounded preceding and 1 preceding
            ), 0
        ) > 0 as has_been_held
    from held
)

select
    known.subscriber_id,
    known.currency,
    known.report_date,
    movers.connection,
    homes.connection as home_connection,
    known.opening_mrr_minor,
    known.closing_mrr_minor,
    known.opening_paused_mrr_minor,
    known.closing_paused_mrr_minor,
    case
        when known.opening_held_minor = 0 and known.closing_held_minor > 0 and known.has_been_held
            then 'reactivation'
        when known.opening_held_minor = 0 and known.closing_held_minor > 0 then 'new'
        when known.opening_held_minor > 0 and known.closing_held_minor = 0 then 'churn'
        when known.closing_held_minor > known.opening_held_minor then 'expansion'
        when known.closing_held_minor < known.opening_held_minor then 'contraction'
    end as held_movement,
    abs(known.closing_held_minor - known.opening_held_minor) as held_change_minor,
    greatest(known.paused_mrr_change_minor, 0) as paused_minor,
    greatest(-known.paused_mrr_change_minor, 0) as resumed_minor,
    case when known.closing_active > 0 then 1 else 0 end
    - case when known.opening_active > 0 then 1 else 0 end as subscriber_change
from known
inner join movers
    on
        known.subscriber_id = movers.subscriber_id
        and known.currency = movers.currency
        and known.report_date = movers.report_date
        and movers.mover_rank = 1
inner join homes
    on known.subscriber_id = homes.subscriber_id and known.currency = homes.currency and homes.home_rank = 1
