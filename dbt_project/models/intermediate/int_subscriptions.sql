with stripe_subscriptions as (
    select * from {{ ref('stg_stripe__subscriptions') }}
    where not is_test_data
),

files_subscriptions as (
    select * from {{ ref('stg_files__subscriptions') }}
    where not is_deleted
),

item_currencies as (
    select
        connection,
        subscription_id,
        min(currency) as currency
    from {{ ref('stg_stripe__subscription_items') }}
    group by connection, subscription_id
)

select
    'stripe' as connector,
    stripe_subscriptions.connection,
    stripe_subscriptions.subscription_id,
    stripe_subscriptions.customer_id,
    cast(null as {{ text_type() }}) as email_normalized,
    cast(null as {{ text_type() }}) as contact_id,
    stripe_subscriptions.status as vendor_status,
    stripe_subscriptions.status not in ('incomplete', 'incomplete_expired') as has_started,
    stripe_subscriptions.pause_behavior is not null
    or stripe_subscriptions.status = 'paused' as is_paused_now,
    stripe_subscriptions.collection_method,
    coalesce(stripe_subscriptions.currency, item_currencies.currency) as currency,
    coalesce(stripe_subscriptions.started_at, stripe_subscriptions.created_at) as started_at,
    stripe_subscriptions.trial_started_at,
    stripe_subscriptions.trial_ends_at,
    stripe_subscriptions.current_period_starts_at,
    coalesce(stripe_subscriptions.is_cancelled_at_period_end, false) as is_cancelled_at_period_end,
    stripe_subscriptions.cancels_at,
    stripe_subscriptions.cancellation_requested_at as cancelled_at,
    stripe_subscriptions.cancellation_reason,
    case
        when stripe_subscriptions.status = 'canceled'
            then coalesce(stripe_subscriptions.ended_at, stripe_subscriptions.cancellation_requested_at)
        else stripe_subscriptions.ended_at
    end as ended_at,
    stripe_subscriptions.seen_at
from stripe_subscriptions
left join item_currencies
    on
        stripe_subscriptions.connection = item_currencies.connection
        and stripe_subscriptions.subscription_id = item_currencies.subscription_id

union all

select
    'files' as connector,
    connection,
    subscription_id,
    cast(null as {{ text_type() }}) as customer_id,
    email_normalized,
    contact_id,
    case when coalesce(ended_at, canceled_at) is null then 'active' else 'canceled' end as vendor_status,
    true as has_started,
    false as is_paused_now,
    cast(null as {{ text_type() }}) as collection_method,
    currency,
    started_at,
    case when trial_ends_at > started_at then started_at end as trial_started_at,
    case when trial_ends_at > started_at then trial_ends_at end as trial_ends_at,
    last_billed_at as current_period_starts_at,
    false as is_cancelled_at_period_end,
    ended_at as cancels_at,
    canceled_at as cancelled_at,
    case when canceled_at is not null then 'cancellation_requested' end as cancellation_reason,
    coalesce(ended_at, canceled_at) as ended_at,
    cast(null as {{ timestamp_type() }}) as seen_at
from files_subscriptions
where started_at is not null
