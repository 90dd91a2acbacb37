with subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where has_started
),

subscribers as (
    select * from {{ ref('int_subscription_subscribers') }}
),

pauses as (
    select * from {{ ref('int_subscription_pauses') }}
),

billed_until as (
    select
        connection,
        subscription_id,
        max(case when line_kind = 'period' then starts_at end) as last_period_at,
        max(case when line_kind <> 'credit' then ends_at end) as billed_until_at,
        max(case when line_kind <> 'credit' and invoice_status = 'paid' then ends_at end) as paid_until_at
    from {{ ref('int_subscription_lines') }}
    group by connection, subscription_id
),

open_pauses as (
    select distinct
        pauses.connection,
        pauses.subscription_id
    from pauses
    inner join billed_until
        on
            pauses.connection = billed_until.connection
            and pauses.subscription_id = billed_until.subscription_id
    where pauses.ends_at is null or pauses.ends_at > billed_until.billed_until_at
),

-- Its end; but an ended subscription that nothing was billed for any more ended with its last bill.
lives as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        subscriptions.vendor_status,
        subscriptions.started_at,
        subscriptions.trial_started_at,
        subscriptions.trial_ends_at,
        -- Still trialing as last seen: the clock alone ends no trial, a bill for the time after it does.
        case
            when
                coalesce(subscriptions.vendor_status, '') <> 'trialing'
                or billed_until.last_period_at >= subscriptions.trial_ends_at
                then subscriptions.trial_ends_at
        end as trialing_until_at,
        subscriptions.trial_started_at > subscribers.first_paid_at as has_paid_before_trial,
        billed_until.paid_until_at,
        case
            when
                open_pauses.subscription_id is null
                and billed_until.billed_until_at < subscriptions.ended_at
                and billed_until.billed_until_at
                >= coalesce(subscriptions.trial_ends_at, subscriptions.started_at)
                then billed_until.billed_until_at
            else subscriptions.ended_at
        end as ended_at
    from subscriptions
    left join subscribers
        on
            subscriptions.connection = subscribers.connection
            and subscriptions.subscription_id = subscribers.subscription_id
    left join billed_until
        on
            subscriptions.connection = billed_until.connection
            and subscriptions.subscription_id = billed_until.subscription_id
    left join open_pauses
        on
            subscriptions.connection = open_pauses.connection
            and subscriptions.subscription_id = open_pauses.subscription_id
),

status_changes as (
    select
        connection,
        subscription_id,
        status,
        created_at as starts_at,
        lead(created_at)
            over (partition by connection, subscription_id order by created_at, event_id)
            as ends_at
    from {{ ref('stg_stripe__subscription_events') }}
    where previous_status is not null and previous_status <> status and not is_test_data
),

told_unpaid as (
    select
        connection,
        subscription_id,
        starts_at,
        ends_at
    from status_changes
    where status = 'unpaid'
),

-- Unpaid, and no event says since when: since what was paid ran out.
untold_unpaid as (
    select
        lives.connection,
        lives.subscription_id,
        coalesce(lives.paid_until_at, lives.trial_ends_at, lives.started_at) as starts_at,
        cast(null as {{ timestamp_type() }}) as ends_at
    from lives
    left join told_unpaid
        on
            lives.connection = told_unpaid.connection
            and lives.subscription_id = told_unpaid.subscription_id
            and told_unpaid.ends_at is null
    where lives.vendor_status = 'unpaid' and told_unpaid.subscription_id is null
),

conditions as (
    select
        connection,
        subscription_id,
        'trialing' as condition,
        trial_started_at as starts_at,
        trialing_until_at as ends_at
    from lives
    where trial_started_at is not null and trial_ends_at > trial_started_at

    union all

    select
        connection,
        subscription_id,
        'paused' as condition,
        starts_at,
        ends_at
    from pauses

    union all

    select
        connection,
        subscription_id,
        'unpaid' as condition,
        starts_at,
        ends_at
    from told_unpaid

    union all

    select
        connection,
        subscription_id,
        'unpaid' as condition,
        starts_at,
        ends_at
    from untold_unpaid
),

moments as (
    select
        connection,
        subscription_id,
        started_at as moment
    from lives

    union

    select
        connection,
        subscription_id,
        starts_at as moment
    from conditions

    union

    select
        connection,
        subscription_id,
        ends_at as moment
    from conditions
    where ends_at is not null
),

spans as (
    select
        moments.connection,
        moments.subscription_id,
        moments.moment as starts_at,
        least(
            lead(moments.moment) over (
                partition by moments.connection, moments.subscription_id
                order by moments.moment
            ),
            lives.ended_at
        ) as ends_at
    from moments
    inner join lives
        on moments.connection = lives.connection and moments.subscription_id = lives.subscription_id
    where moments.moment >= lives.started_at and (lives.ended_at is null or moments.moment < lives.ended_at)
),

-- A trial outweighs a pause, and a pause an unpaid bill.
judged as (
    select
        spans.connection,
        spans.subscription_id,
        spans.starts_at,
        spans.ends_at,
        max(case when conditions.condition = 'trialing' then 1 else 0 end) = 1 as is_in_trial,
        max(case when conditions.condition = 'paused' then 1 else 0 end) = 1 as is_paused,
        max(case when conditions.condition = 'unpaid' then 1 else 0 end) = 1 as is_unpaid
    from spans
    left join conditions
        on
            spans.connection = conditions.connection
            and spans.subscription_id = conditions.subscription_id
            and spans.starts_at >= conditions.starts_at
            and (conditions.ends_at is null or spans.starts_at < conditions.ends_at)
    group by spans.connection, spans.subscription_id, spans.starts_at, spans.ends_at
)

select
    judged.connection,
    judged.subscription_id,
    case
        when judged.is_in_trial and coalesce(lives.has_paid_before_trial, false) then 'active'
        when judged.is_in_trial then 'trialing'
        when judged.is_paused then 'paused'
        when judged.is_unpaid then 'unpaid'
        else 'active'
    end as state,
    judged.is_in_trial and coalesce(lives.has_paid_before_trial, false) as is_retention_trial,
    judged.starts_at,
    judged.ends_at
from judged
inner join lives
    on judged.connection = lives.connection and judged.subscription_id = lives.subscription_id
