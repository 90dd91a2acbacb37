with subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where has_started
),

clock as (
    select * from {{ ref('int_subscription_clock') }}
),

billed_periods as (
    select distinct
        connection,
        subscription_id,
        starts_at,
        ends_at
    from {{ ref('int_subscription_lines') }}
    where line_kind <> 'credit'
),

pause_changes as (
    select
        connection,
        subscription_id,
        is_paused,
        created_at as changed_at,
        lead(created_at) over (
            partition by connection, subscription_id
            order by created_at asc, is_paused desc, event_id asc
        ) as next_changed_at
    from {{ ref('stg_stripe__subscription_events') }}
    where is_pause_change and not is_test_data
),

reached as (
    select
        connection,
        subscription_id,
        starts_at,
        max(ends_at) over (
            partition by connection, subscription_id
            order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as billed_until_at
    from billed_periods
),

last_billed as (
    select
        connection,
        subscription_id,
        max(starts_at) as last_period_at,
        max(ends_at) as billed_until_at
    from billed_periods
    group by connection, subscription_id
),

-- Nothing was billed in the middle of its life: collection was paused, and the events may say until when.
gaps as (
    select
        reached.connection,
        reached.subscription_id,
        reached.billed_until_at as starts_at,
        coalesce(min(pause_changes.changed_at), reached.starts_at) as ends_at
    from reached
    left join pause_changes
        on
            reached.connection = pause_changes.connection
            and reached.subscription_id = pause_changes.subscription_id
            and not pause_changes.is_paused
            and reached.billed_until_at < pause_changes.changed_at
            and reached.starts_at > pause_changes.changed_at
    where reached.starts_at > {{ seconds_after('reached.billed_until_at', 86400) }}
    group by reached.connection, reached.subscription_id, reached.billed_until_at, reached.starts_at
),

-- A pause nobody saw the end of is over with the next bill.
told as (
    select
        pause_changes.connection,
        pause_changes.subscription_id,
        pause_changes.changed_at as starts_at,
        case
            when pause_changes.next_changed_at is not null then pause_changes.next_changed_at
            when not subscriptions.is_paused_now
                then coalesce(min(billed_periods.starts_at), pause_changes.changed_at)
        end as ends_at
    from pause_changes
    inner join subscriptions
        on
            pause_changes.connection = subscriptions.connection
            and pause_changes.subscription_id = subscriptions.subscription_id
    left join billed_periods
        on
            pause_changes.connection = billed_periods.connection
            and pause_changes.subscription_id = billed_periods.subscription_id
            and pause_changes.changed_at < billed_periods.starts_at
            and pause_changes.next_changed_at is null
    where pause_changes.is_paused
    group by
        pause_changes.connection, pause_changes.subscription_id, pause_changes.changed_at,
        pause_changes.next_changed_at, subscriptions.is_paused_now
),

open_told as (
    select
        connection,
        subscription_id
    from told
    where ends_at is null
),

-- Paused now, and no event says since when: since the last bill ran out, or since it was seen so.
untold as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        case
            when subscriptions.vendor_status = 'paused'
                then coalesce(subscriptions.trial_ends_at, subscriptions.started_at)
            when last_billed.billed_until_at is null
                then coalesce(subscriptions.current_period_starts_at, subscriptions.started_at)
            when last_billed.billed_until_at <= clock.as_of_at then last_billed.billed_until_at
            else greatest(subscriptions.seen_at, last_billed.last_period_at)
        end as starts_at,
        cast(null as {{ timestamp_type() }}) as ends_at
    from subscriptions
    cross join clock
    left join last_billed
        on
            subscriptions.connection = last_billed.connection
            and subscriptions.subscription_id = last_billed.subscription_id
    left join open_told
        on
            subscriptions.connection = open_told.connection
            and subscriptions.subscription_id = open_told.subscription_id
    where subscriptions.is_paused_now and open_told.subscription_id is null
)

select
    connection,
    subscription_id,
    starts_at,
    ends_at
from gaps

union all

select
    connection,
    subscription_id,
    starts_at,
    ends_at
from told
where ends_at is null or ends_at > starts_at

union all

select
    connection,
    subscription_id,
    starts_at,
    ends_at
from untold
