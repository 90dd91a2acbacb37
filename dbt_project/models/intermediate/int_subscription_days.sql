with clock as (
    select * from {{ ref('int_subscription_clock') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where has_started and currency is not null
),

subscribers as (
    select * from {{ ref('int_subscription_subscribers') }}
),

spans as (
    select
        connection,
        subscription_id,
        mrr_minor,
        billed_mrr_minor,
        paused_mrr_minor,
        0 as active,
        0 as trialing,
        0 as paused,
        starts_at,
        ends_at
    from {{ ref('int_subscription_mrr') }}

    union all

    select
        connection,
        subscription_id,
        0 as mrr_minor,
        0 as billed_mrr_minor,
        0 as paused_mrr_minor,
        case when state = 'active' then 1 else 0 end as active,
        case when state = 'trialing' then 1 else 0 end as trialing,
        case when state = 'paused' then 1 else 0 end as paused,
        starts_at,
        ends_at
    from {{ ref('int_subscription_states') }}
),

-- What lies over a local midnight counts from the day it begins in until the day it ends in.
local_spans as (
    select
        spans.*,
        {{ local_date('starts_at', report_timezone()) }} as first_date,
        {{ local_date('ends_at', report_timezone()) }} as end_date
    from spans
),

steps as (
    select
        connection,
        subscription_id,
        first_date as report_date,
        mrr_minor,
        billed_mrr_minor,
        paused_mrr_minor,
        active,
        trialing,
        paused
    from local_spans
    where end_date is null or end_date > first_date

    union all

    select
        connection,
        subscription_id,
        end_date as report_date,
        -mrr_minor as mrr_minor,
        -billed_mrr_minor as billed_mrr_minor,
        -paused_mrr_minor as paused_mrr_minor,
        -active as active,
        -trialing as trialing,
        -paused as paused
    from local_spans
    where end_date > first_date
),

changes as (
    select
        steps.connection,
        steps.subscription_id,
        steps.report_date,
        cast(sum(steps.mrr_minor) as bigint) as mrr_change_minor,
        cast(sum(steps.billed_mrr_minor) as bigint) as billed_mrr_change_minor,
        cast(sum(steps.paused_mrr_minor) as bigint) as paused_mrr_change_minor,
        cast(sum(steps.active) as bigint) as active_change,
        cast(sum(steps.trialing) as bigint) as trialing_change,
        cast(sum(steps.paused) as bigint) as paused_change
    from steps
    cross join clock
    where steps.report_date <= clock.as_of_date
    group by steps.connection, steps.subscription_id, steps.report_date
)

select
    changes.connection,
    changes.subscription_id,
    changes.report_date,
    subscriptions.currency,
    subscribers.subscriber_id,
    changes.mrr_change_minor,
    changes.billed_mrr_change_minor,
    changes.paused_mrr_change_minor,
    changes.active_change,
    changes.trialing_change,
    changes.paused_change
from changes
inner join subscriptions
    on
        changes.connection = subscriptions.connection
        and changes.subscription_id = subscriptions.subscription_id
inner join subscribers
    on changes.connection = subscribers.connection and changes.subscription_id = subscribers.subscription_id
where
    changes.mrr_change_minor <> 0
    or changes.billed_mrr_change_minor <> 0
    or changes.paused_mrr_change_minor <> 0
    or changes.active_change <> 0
    or changes.trialing_change <> 0
    or changes.paused_change <> 0
