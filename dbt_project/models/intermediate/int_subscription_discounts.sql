with discounts as (
    select
        discounts.connection,
        discounts.discount_id,
        discounts.customer_id,
        discounts.subscription_id,
        discounts.subscription_item_id,
        discounts.created_at as starts_at,
        least(discounts.ends_at, discounts.deleted_at) as ends_at,
        coalesce(discounts.duration, coupons.duration) as duration,
        coalesce(discounts.percent_off, coupons.percent_off) as percent_off,
        coalesce(discounts.amount_off_minor, coupons.amount_off_minor) as amount_off_minor,
        coupons.duration_months
    from {{ ref('stg_stripe__discounts') }} as discounts
    left join {{ ref('stg_stripe__coupons') }} as coupons
        on discounts.connection = coupons.connection and discounts.coupon_id = coupons.coupon_id
    where not discounts.is_test_data and discounts.invoice_id is null
),

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where has_started
),

items as (
    select * from {{ ref('stg_stripe__subscription_items') }}
),

own as (
    select
        discounts.connection,
        discounts.subscription_id,
        coalesce(items.price_id, items.subscription_item_id) as price_id,
        discounts.discount_id,
        discounts.duration,
        discounts.percent_off,
        discounts.amount_off_minor,
        discounts.duration_months,
        discounts.starts_at,
        discounts.ends_at
    from discounts
    inner join subscriptions
        on
            discounts.connection = subscriptions.connection
            and discounts.subscription_id = subscriptions.subscription_id
    left join items
        on
            discounts.connection = items.connection
            and discounts.subscription_item_id = items.subscription_item_id
),

with_own as (
    select distinct
        connection,
        subscription_id
    from own
),

-- A customer's discount lowers the subscriptions that have none of their own.
inherited as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        cast(null as {{ text_type() }}) as price_id,
        discounts.discount_id,
        discounts.duration,
        discounts.percent_off,
        discounts.amount_off_minor,
        discounts.duration_months,
        discounts.starts_at,
        discounts.ends_at
    from discounts
    inner join subscriptions
        on
            discounts.connection = subscriptions.connection
            and discounts.customer_id = subscriptions.customer_id
    left join with_own
        on
            subscriptions.connection = with_own.connection
            and subscriptions.subscription_id = with_own.subscription_id
    where discounts.subscription_id is null and with_own.subscription_id is null
),

applied as (
    select * from own
    union all
    select * from inherited
),

periods as (
    select
        connection,
        subscription_id,
        max(billing_interval) as billing_interval,
        max(billing_interval_count) as billing_interval_count
    from items
    group by connection, subscription_id
),

started as (
    select
        applied.*,
        coalesce(applied.starts_at, subscriptions.started_at) as applied_at,
        coalesce(periods.billing_interval, 'month') as billing_interval,
        coalesce(periods.billing_interval_count, 1) as billing_interval_count
    from applied
    inner join subscriptions
        on
            applied.connection = subscriptions.connection
            and applied.subscription_id = subscriptions.subscription_id
    left join periods
        on applied.connection = periods.connection and applied.subscription_id = periods.subscription_id
)

select
    connection,
    subscription_id,
    price_id,
    discount_id,
    duration,
    duration = 'forever' as is_contracted,
    coalesce(percent_off, 0) as percent_off,
    coalesce(amount_off_minor, 0) as amount_off_minor,
    applied_at as starts_at,
    case
        when duration = 'once'
            then
                least(
                    ends_at, {{ intervals_after('applied_at', 'billing_interval_count', 'billing_interval') }}
                )
        when duration = 'repeating' and ends_at is null
            then {{ intervals_after('applied_at', 'duration_months', "'month'") }}
        else ends_at
    end as ends_at
from started
