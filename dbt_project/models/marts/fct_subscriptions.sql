with subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

clock as (
    select * from {{ ref('int_subscription_clock') }}
),

subscribers as (
    select * from {{ ref('int_subscription_subscribers') }}
),

states as (
    select * from {{ ref('int_subscription_states') }}
),

spans as (
    select * from {{ ref('int_subscription_mrr') }}
),

lives as (
    select
        states.connection,
        states.subscription_id,
        case when count(*) = count(states.ends_at) then max(states.ends_at) end as ended_at,
        max(case when states.state in ('active', 'paused', 'unpaid') then 1 else 0 end)
        = 1 as has_been_active,
        max(case when states.is_retention_trial then 1 else 0 end) = 1 as has_retention_trial,
        max(
            case
                when
                    states.starts_at <= clock.as_of_at
                    and (states.ends_at is null or states.ends_at > clock.as_of_at)
                    then states.state
            end
        ) as state
    from states
    cross join clock
    group by states.connection, states.subscription_id
),

present_mrr as (
    select
        spans.connection,
        spans.subscription_id,
        sum(spans.mrr_minor) as mrr_minor,
        sum(spans.billed_mrr_minor) as billed_mrr_minor,
        sum(spans.paused_mrr_minor) as paused_mrr_minor,
        {{ text_list("distinct spans.price_id", "spans.price_id") }} as price_ids
    from spans
    cross join clock
    where spans.starts_at <= clock.as_of_at and (spans.ends_at is null or spans.ends_at > clock.as_of_at)
    group by spans.connection, spans.subscription_id
),

-- The first bill over money for a period after the trial.
real_bills as (
    select
        lines.connection,
        lines.subscription_id,
        lines.invoice_status,
        coalesce(lines.invoice_paid_at, lines.billed_at) as paid_at,
        row_number() over (
            partition by lines.connection, lines.subscription_id
            order by lines.starts_at, lines.billed_at, lines.invoice_line_id
        ) as bill_rank
    from {{ ref('int_subscription_lines') }} as lines
    inner join subscriptions
        on
            lines.connection = subscriptions.connection
            and lines.subscription_id = subscriptions.subscription_id
    where
        lines.line_kind = 'period'
        and lines.invoice_total_minor > 0
        and lines.starts_at >= subscriptions.trial_ends_at
),

trials as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        case
            when lives.has_retention_trial then null
            when lives.ended_at < subscriptions.trial_ends_at then null
            when
                real_bills.invoice_status = 'paid'
                then greatest(subscriptions.trial_ends_at, real_bills.paid_at)
            when
                subscriptions.connector = 'files'
                and subscriptions.current_period_starts_at >= subscriptions.trial_ends_at
                then subscriptions.current_period_starts_at
        end as converted_at
    from subscriptions
    inner join lives
        on
            subscriptions.connection = lives.connection
            and subscriptions.subscription_id = lives.subscription_id
    left join real_bills
        on
            subscriptions.connection = real_bills.connection
            and subscriptions.subscription_id = real_bills.subscription_id
            and real_bills.bill_rank = 1
    where
        subscriptions.trial_started_at is not null
        and subscriptions.trial_ends_at > subscriptions.trial_started_at
)

select
    subscriptions.connection,
    subscriptions.subscription_id,
    subscriptions.connector,
    subscriptions.customer_id,
    subscribers.subscriber_id,
    subscribers.person_id,
    subscribers.match_method,
    subscribers.match_email,
    subscriptions.has_started,
    subscriptions.vendor_status,
    case
        when not subscriptions.has_started then subscriptions.vendor_status
        when lives.state = 'active' and subscriptions.vendor_status = 'past_due' then 'past_due'
        when lives.state is not null then lives.state
        when subscriptions.started_at > clock.as_of_at then 'scheduled'
        else 'canceled'
    end as state,
    subscriptions.currency,
    cast(coalesce(present_mrr.mrr_minor, 0) as bigint) as mrr_minor,
    cast(coalesce(present_mrr.billed_mrr_minor, 0) as bigint) as billed_mrr_minor,
    cast(coalesce(present_mrr.paused_mrr_minor, 0) as bigint) as paused_mrr_minor,
    present_mrr.price_ids,
    subscriptions.started_at,
    subscriptions.trial_started_at,
    subscriptions.trial_ends_at,
    case
        when trials.subscription_id is null or not subscriptions.has_started then null
        when lives.has_retention_trial then 'retention_offer'
        when trials.converted_at <= clock.as_of_at then 'converted'
        when lives.ended_at <= clock.as_of_at then 'cancelled'
        else 'open'
    end as trial_outcome,
    case when trials.converted_at <= clock.as_of_at then trials.converted_at end as converted_at,
    case
        when coalesce(subscriptions.cancellation_reason, '') not in ('payment_failed', 'payment_disputed')
            then subscriptions.cancelled_at
    end as cancellation_requested_at,
    coalesce(subscriptions.is_cancelled_at_period_end, false) as is_cancelled_at_period_end,
    subscriptions.cancels_at,
    case when lives.has_been_active and lives.ended_at <= clock.as_of_at then lives.ended_at end
        as churned_at,
    case when lives.ended_at <= clock.as_of_at then lives.ended_at end as ended_at,
    subscriptions.ended_at as vendor_ended_at
from subscriptions
cross join clock
left join subscribers
    on
        subscriptions.connection = subscribers.connection
        and subscriptions.subscription_id = subscribers.subscription_id
left join lives
    on subscriptions.connection = lives.connection and subscriptions.subscription_id = lives.subscription_id
left join trials
    on subscriptions.connection = trials.connection and subscriptions.subscription_id = trials.subscription_id
left join present_mrr
    on
        subscriptions.connection = present_mrr.connection
        and subscriptions.subscription_id = present_mrr.subscription_id
