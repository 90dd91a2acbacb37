with subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where has_started
),

lines as (
    select * from {{ ref('int_subscription_lines') }}
),

item_changes as (
    select
        connection,
        subscription_id,
        created_at as changed_at
    from {{ ref('stg_stripe__subscription_events') }}
    where is_item_change and not is_test_data
),

items as (
    select
        items.connection,
        items.subscription_id,
        coalesce(items.price_id, items.subscription_item_id) as price_id,
        max(coalesce(prices.billing_interval, items.billing_interval, 'month')) as billing_interval,
        max(coalesce(prices.billing_interval_count, items.billing_interval_count, 1))
            as billing_interval_count,
        max(
            case
                when coalesce(prices.usage_type, items.usage_type) = 'metered' then 'metered'
                when coalesce(prices.billing_scheme, items.billing_scheme) = 'tiered' then 'tiered'
                else 'licensed'
            end
        ) as pricing,
        sum(
            case
                when prices.units_per_package is null then cast(coalesce(items.quantity, 1) as numeric)
                when prices.package_rounding = 'up'
                    then ceil(cast(items.quantity as numeric) / prices.units_per_package)
                else floor(cast(items.quantity as numeric) / prices.units_per_package)
            end
        ) as quantity,
        max({{ decimal_number(
            'coalesce(prices.unit_amount_decimal, ' ~ as_text('prices.unit_amount_minor')
            ~ ', items.unit_amount_decimal, ' ~ as_text('items.unit_amount_minor') ~ ')'
        ) }}) as unit_amount,
        min(items.created_at) as created_at
    from {{ ref('stg_stripe__subscription_items') }} as items
    left join {{ ref('stg_stripe__prices') }} as prices
        on items.connection = prices.connection and items.price_id = prices.price_id
    group by items.connection, items.subscription_id, coalesce(items.price_id, items.subscription_item_id)
),

-- One price stands once on an invoice and period; where it stands twice, its quantities add up.
billed as (
    select
        connection,
        subscription_id,
        price_id,
        starts_at,
        line_kind = 'change' as is_change,
        max(ends_at) as ends_at,
        sum(interval_amount) as interval_amount,
        sum(quantity) as quantity,
        max(billing_interval) as billing_interval,
        max(billing_interval_count) as billing_interval_count,
        max(discount_share) as discount_share,
        max(inclusive_tax_share) as inclusive_tax_share,
        max(billed_at) as billed_at,
        invoice_id
    from lines
    where line_kind <> 'credit'
    group by connection, subscription_id, price_id, starts_at, line_kind = 'change', invoice_id
),

sequenced as (
    select
        billed.*,
        min(starts_at) over (partition by connection, subscription_id) as first_billed_at,
        lag(quantity) over its_price as previous_quantity,
        lag(starts_at) over its_price as previous_starts_at
    from billed
    window its_price as (
        partition by connection, subscription_id, price_id
        order by starts_at, is_change, billed_at, invoice_id
    )
),

-- Without a proration the next bill is the first to show a change; an event in the period before dates it.
told_late as (
    select
        sequenced.connection,
        sequenced.subscription_id,
        sequenced.price_id,
        sequenced.starts_at,
        max(item_changes.changed_at) as changed_at
    from sequenced
    inner join item_changes
        on
            sequenced.connection = item_changes.connection
            and sequenced.subscription_id = item_changes.subscription_id
    where
        not sequenced.is_change
        and sequenced.starts_at > sequenced.first_billed_at
        and (sequenced.previous_quantity is null or sequenced.previous_quantity <> sequenced.quantity)
        and item_changes.changed_at < sequenced.starts_at
        and item_changes.changed_at > coalesce(sequenced.previous_starts_at, sequenced.first_billed_at)
    group by sequenced.connection, sequenced.subscription_id, sequenced.price_id, sequenced.starts_at
),

last_changes as (
    select
        connection,
        subscription_id,
        max(changed_at) as changed_at
    from item_changes
    group by connection, subscription_id
),

dated as (
    select
        sequenced.*,
        case
            -- Nobody bills before the first bill that is known: what it shows was so from the start.
            when
                sequenced.starts_at = sequenced.first_billed_at
                and sequenced.starts_at > subscriptions.started_at
                then subscriptions.started_at
            else coalesce(told_late.changed_at, sequenced.starts_at)
        end as dated_at
    from sequenced
    inner join subscriptions
        on
            sequenced.connection = subscriptions.connection
            and sequenced.subscription_id = subscriptions.subscription_id
    left join told_late
        on
            sequenced.connection = told_late.connection
            and sequenced.subscription_id = told_late.subscription_id
            and sequenced.price_id = told_late.price_id
            and sequenced.starts_at = told_late.starts_at
            and not sequenced.is_change
),

-- Items as they stand, where no bill shows them so yet.
last_bills as (
    select
        dated.*,
        row_number() over (
            partition by connection, subscription_id, price_id
            order by starts_at desc, is_change desc, billed_at desc, invoice_id desc
        ) as newest_rank
    from dated
),

billed_until as (
    select
        connection,
        subscription_id,
        max(starts_at) as last_period_at,
        max(ends_at) as last_billed_until
    from billed
    group by connection, subscription_id
),

unbilled as (
    select
        items.connection,
        items.subscription_id,
        items.price_id,
        case
            when billed_until.subscription_id is null then subscriptions.started_at
            when last_changes.changed_at > coalesce(last_bills.starts_at, billed_until.last_period_at)
                then last_changes.changed_at
            when
                last_bills.price_id is null and items.created_at > subscriptions.started_at
                then items.created_at
            else coalesce(last_bills.ends_at, billed_until.last_billed_until)
        end as dated_at,
        case
            when items.pricing = 'metered' then cast(0 as numeric)
            when items.pricing = 'tiered' then coalesce(last_bills.interval_amount, 0)
            else coalesce(items.unit_amount, 0) * items.quantity
        end as interval_amount,
        items.quantity,
        items.billing_interval,
        items.billing_interval_count
    from items
    inner join subscriptions
        on
            items.connection = subscriptions.connection
            and items.subscription_id = subscriptions.subscription_id
    left join last_bills
        on
            items.connection = last_bills.connection
            and items.subscription_id = last_bills.subscription_id
            and items.price_id = last_bills.price_id
            and last_bills.newest_rank = 1
    left join billed_until
        on
            items.connection = billed_until.connection
            and items.subscription_id = billed_until.subscription_id
    left join last_changes
        on
            items.connection = last_changes.connection
            and items.subscription_id = last_changes.subscription_id
    where last_bills.price_id is null or last_bills.quantity <> items.quantity
)

select
    connection,
    subscription_id,
    price_id,
    dated_at,
    ends_at as billed_until_at,
    starts_at as billed_from_at,
    is_change,
    interval_amount,
    quantity,
    billing_interval,
    billing_interval_count,
    discount_share,
    inclusive_tax_share,
    billed_at,
    invoice_id,
    true as is_billed
from dated

union all

select
    connection,
    subscription_id,
    price_id,
    dated_at,
    cast(null as {{ timestamp_type() }}) as billed_until_at,
    dated_at as billed_from_at,
    true as is_change,
    interval_amount,
    quantity,
    billing_interval,
    billing_interval_count,
    cast(null as numeric) as discount_share,
    cast(0 as numeric) as inclusive_tax_share,
    dated_at as billed_at,
    cast(null as {{ text_type() }}) as invoice_id,
    false as is_billed
from unbilled
