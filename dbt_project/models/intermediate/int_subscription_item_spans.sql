with files_subscriptions as (
    select * from {{ ref('stg_files__subscriptions') }}
    where not is_deleted
),

statements as (
    select * from {{ ref('int_subscription_item_statements') }}
),

lines as (
    select * from {{ ref('int_subscription_lines') }}
),

billed as (
    select distinct
        connection,
        subscription_id,
        price_id,
        starts_at,
        ends_at
    from lines
    where line_kind <> 'credit'
),

credits as (
    select
        connection,
        subscription_id,
        price_id,
        coalesce(invoice_id, '') as invoice_id,
        starts_at as credited_at
    from lines
    where line_kind = 'credit'
    group by connection, subscription_id, price_id, coalesce(invoice_id, ''), starts_at
),

items as (
    select distinct
        connection,
        subscription_id,
        coalesce(price_id, subscription_item_id) as price_id
    from {{ ref('stg_stripe__subscription_items') }}
),

last_changes as (
    select
        connection,
        subscription_id,
        max(created_at) as changed_at
    from {{ ref('stg_stripe__subscription_events') }}
    where is_item_change and not is_test_data
    group by connection, subscription_id
),

followed as (
    select
        statements.*,
        lead(dated_at) over (
            partition by connection, subscription_id, price_id
            order by dated_at asc, is_billed desc, is_change asc, billed_at asc, invoice_id asc
        ) as next_at
    from statements
),

-- A credit ends what an earlier bill began. That of a reset term stands beside the new one's first period.
first_credits as (
    select
        followed.connection,
        followed.subscription_id,
        followed.price_id,
        followed.dated_at,
        followed.is_change,
        min(credits.credited_at) as credited_at
    from followed
    inner join credits
        on
            followed.connection = credits.connection
            and followed.subscription_id = credits.subscription_id
            and followed.price_id = credits.price_id
    where
        credits.credited_at > followed.billed_from_at
        or (
            credits.credited_at = followed.billed_from_at
            and not followed.is_change
            and credits.invoice_id <> coalesce(followed.invoice_id, '')
        )
    group by
        followed.connection,
        followed.subscription_id,
        followed.price_id,
        followed.dated_at,
        followed.is_change
),

-- Between two bills of a price: a pause of all of it, unless something else was billed meanwhile.
interruptions as (
    select distinct
        followed.connection,
        followed.subscription_id,
        followed.price_id,
        followed.dated_at
    from followed
    inner join billed
        on
            followed.connection = billed.connection
            and followed.subscription_id = billed.subscription_id
            and followed.price_id <> billed.price_id
            and followed.billed_until_at >= billed.starts_at
            and followed.billed_until_at < billed.ends_at
    where followed.next_at > {{ seconds_after('followed.billed_until_at', 86400) }}
),

ended as (
    select
        followed.*,
        least(
            followed.next_at,
            first_credits.credited_at,
            case
                when interruptions.price_id is not null then followed.billed_until_at
                when followed.next_at is not null or not followed.is_billed then null
                when items.price_id is not null then null
                when
                    last_changes.changed_at > followed.billed_from_at
                    and last_changes.changed_at < followed.billed_until_at
                    then last_changes.changed_at
                else followed.billed_until_at
            end
        ) as ends_at
    from followed
    left join first_credits
        on
            followed.connection = first_credits.connection
            and followed.subscription_id = first_credits.subscription_id
            and followed.price_id = first_credits.price_id
            and followed.dated_at = first_credits.dated_at
            and followed.is_change = first_credits.is_change
    left join interruptions
        on
            followed.connection = interruptions.connection
            and followed.subscription_id = interruptions.subscription_id
            and followed.price_id = interruptions.price_id
            and followed.dated_at = interruptions.dated_at
    left join items
        on
            followed.connection = items.connection
            and followed.subscription_id = items.subscription_id
            and followed.price_id = items.price_id
    left join last_changes
        on
            followed.connection = last_changes.connection
            and followed.subscription_id = last_changes.subscription_id
)

select
    connection,
    subscription_id,
    price_id,
    interval_amount * (1 - inclusive_tax_share) as interval_amount,
    quantity,
    billing_interval,
    billing_interval_count,
    discount_share,
    dated_at as starts_at,
    -- A bill says what was taken off until its period ends; from there on the discounts themselves do.
    case
        when
            billed_until_at < coalesce(ends_at, {{ seconds_after('billed_until_at', 1) }})
            then billed_until_at
    end as discount_known_until_at,
    ends_at
from ended
where ends_at is null or ends_at > dated_at

union all

select
    connection,
    subscription_id,
    coalesce(product_id, subscription_id) as price_id,
    cast(amount_minor as numeric) as interval_amount,
    cast(quantity as numeric) as quantity,
    coalesce(billing_interval, 'month') as billing_interval,
    interval_count as billing_interval_count,
    cast(0 as numeric) as discount_share,
    started_at as starts_at,
    cast(null as {{ timestamp_type() }}) as discount_known_until_at,
    cast(null as {{ timestamp_type() }}) as ends_at
from files_subscriptions
where started_at is not null
