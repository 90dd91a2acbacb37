with subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where connector = 'stripe' and has_started
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where not is_test_data and not is_deleted and status <> 'void'
),

lines as (
    select * from {{ ref('stg_stripe__invoice_lines') }}
    where not is_test_data and (is_subscription_line or is_proration)
),

pending_items as (
    select * from {{ ref('stg_stripe__invoice_items') }}
    where
        not is_test_data
        and not is_deleted
        and is_proration
        and invoice_id is null
        and subscription_id is not null
),

prices as (
    select * from {{ ref('stg_stripe__prices') }}
    where not is_test_data
),

item_prices as (
    select
        connection,
        subscription_id,
        price_id,
        max(coalesce(unit_amount_decimal, {{ as_text('unit_amount_minor') }})) as unit_amount_decimal,
        max(billing_interval) as billing_interval,
        max(billing_interval_count) as billing_interval_count,
        max(usage_type) as usage_type,
        max(billing_scheme) as billing_scheme
    from {{ ref('stg_stripe__subscription_items') }}
    group by connection, subscription_id, price_id
),

-- A draft is a bill under way when it is the newest; an older one was never sent: collection was paused.
newest_bills as (
    select
        connection,
        subscription_id,
        max(created_at) as created_at
    from invoices
    where status <> 'draft'
    group by connection, subscription_id
),

billed_lines as (
    select
        lines.connection,
        coalesce(lines.subscription_id, invoices.subscription_id) as subscription_id,
        coalesce(lines.price_id, lines.subscription_item_id) as price_id,
        lines.invoice_id,
        lines.invoice_line_id,
        invoices.status as invoice_status,
        invoices.total_minor as invoice_total_minor,
        invoices.paid_at as invoice_paid_at,
        invoices.created_at as billed_at,
        lines.currency,
        lines.amount_minor,
        lines.discount_minor,
        lines.inclusive_tax_minor,
        lines.quantity,
        lines.is_proration,
        lines.price_unit_amount_decimal,
        lines.unit_amount_decimal,
        lines.billing_interval,
        lines.billing_interval_count,
        lines.usage_type,
        coalesce(lines.description like 'Unused%', false) as is_unused_time,
        lines.period_starts_at as starts_at,
        lines.period_ends_at as ends_at,
        invoices.is_attempted or invoices.attempt_count > 0 as is_attempted,
        invoices.status = 'draft' and invoices.created_at < newest_bills.created_at as is_old_draft
    from lines
    inner join invoices on lines.connection = invoices.connection and lines.invoice_id = invoices.invoice_id
    left join newest_bills
        on
            lines.connection = newest_bills.connection
            and coalesce(lines.subscription_id, invoices.subscription_id) = newest_bills.subscription_id

    union all

    select
        connection,
        subscription_id,
        price_id,
        cast(null as {{ text_type() }}) as invoice_id,
        invoice_item_id as invoice_line_id,
        'pending' as invoice_status,
        cast(null as bigint) as invoice_total_minor,
        cast(null as {{ timestamp_type() }}) as invoice_paid_at,
        created_at as billed_at,
        currency,
        amount_minor,
        cast(0 as bigint) as discount_minor,
        cast(0 as bigint) as inclusive_tax_minor,
        quantity,
        true as is_proration,
        cast(null as {{ text_type() }}) as price_unit_amount_decimal,
        cast(null as {{ text_type() }}) as unit_amount_decimal,
        cast(null as {{ text_type() }}) as billing_interval,
        cast(null as bigint) as billing_interval_count,
        cast(null as {{ text_type() }}) as usage_type,
        coalesce(description like 'Unused%', false) as is_unused_time,
        period_starts_at as starts_at,
        period_ends_at as ends_at,
        false as is_attempted,
        false as is_old_draft
    from pending_items
),

-- Bills of a paused collection stay drafts or are written off untried: nothing was billed.
sent_lines as (
    select
        billed_lines.*,
        subscriptions.currency as subscription_currency
    from billed_lines
    inner join subscriptions
        on
            billed_lines.connection = subscriptions.connection
            and billed_lines.subscription_id = subscriptions.subscription_id
    where
        billed_lines.starts_at is not null
        and not coalesce(billed_lines.is_old_draft, false)
        and not (billed_lines.invoice_status = 'draft' and subscriptions.is_paused_now)
        and not (
            billed_lines.invoice_status = 'uncollectible'
            and not billed_lines.is_attempted
            and coalesce(subscriptions.collection_method, '') <> 'send_invoice'
        )
),

period_lengths as (
    select
        sent_lines.*,
        round({{ seconds_between('starts_at', 'ends_at') }} / 86400) as period_days
    from sent_lines
),

-- The price says what it costs; where nobody has the price any more, its line does.
priced as (
    select
        lines.*,
        {{ decimal_number(
            'coalesce(prices.unit_amount_decimal, ' ~ as_text('prices.unit_amount_minor')
            ~ ', lines.price_unit_amount_decimal, item_prices.unit_amount_decimal, lines.unit_amount_decimal)'
        ) }} as unit_amount,
        coalesce(prices.billing_scheme, item_prices.billing_scheme, 'per_unit') = 'tiered' as is_tiered,
        coalesce(prices.usage_type, lines.usage_type, item_prices.usage_type, 'licensed')
        = 'metered' as is_metered,
        coalesce(prices.price_type = 'one_time', false) as is_one_time,
        prices.units_per_package,
        prices.package_rounding,
        coalesce(
            prices.billing_interval, lines.billing_interval, item_prices.billing_interval,
            case
                when lines.is_proration then null
                when lines.period_days >= 350 then 'year'
                when lines.period_days >= 28 then 'month'
                when {{ remainder('lines.period_days', 7) }} = 0 then 'week'
                else 'day'
            end
        ) as known_interval,
        coalesce(
            prices.billing_interval_count, lines.billing_interval_count, item_prices.billing_interval_count,
            cast(
                case
                    when lines.is_proration then null
                    when prices.billing_interval is not null then 1
                    when lines.period_days >= 350 then round(lines.period_days / 365.25)
                    when lines.period_days >= 28 then round(lines.period_days / 30.44)
                    when {{ remainder('lines.period_days', 7) }} = 0 then lines.period_days / 7
                    else greatest(lines.period_days, 1)
                end as bigint
            )
        ) as known_interval_count
    from period_lengths as lines
    left join prices on lines.connection = prices.connection and lines.price_id = prices.price_id
    left join item_prices
        on
            lines.connection = item_prices.connection
            and lines.subscription_id = item_prices.subscription_id
            and lines.price_id = item_prices.price_id
),

-- A proration of a price only its own full periods tell of.
recurring as (
    select
        priced.*,
        coalesce(
            known_interval,
            max(known_interval) over (partition by connection, subscription_id, price_id)
        ) as recurring_interval,
        coalesce(
            known_interval_count,
            max(known_interval_count) over (partition by connection, subscription_id, price_id)
        ) as recurring_interval_count,
        case
            when units_per_package is null then cast(coalesce(quantity, 1) as numeric)
            when package_rounding = 'up' then ceil(cast(quantity as numeric) / units_per_package)
            else floor(cast(quantity as numeric) / units_per_package)
        end as units,
        max(case when not is_proration then amount_minor end) over (
            partition by connection, subscription_id, price_id
        ) as full_amount_minor
    from priced
    where not is_one_time
)

select
    connection,
    subscription_id,
    price_id,
    invoice_id,
    invoice_line_id,
    invoice_status,
    invoice_total_minor,
    invoice_paid_at,
    billed_at,
    coalesce(currency, subscription_currency) as currency,
    case
        when not is_proration then 'period'
        when amount_minor < 0 or (amount_minor = 0 and is_unused_time) then 'credit'
        else 'change'
    end as line_kind,
    case
        when is_metered then cast(0 as numeric)
        when not is_tiered and unit_amount is not null then unit_amount * units
        when not is_proration then cast(amount_minor as numeric)
        else cast(coalesce(full_amount_minor, 0) as numeric)
    end as interval_amount,
    units as quantity,
    coalesce(recurring_interval, 'month') as billing_interval,
    coalesce(recurring_interval_count, 1) as billing_interval_count,
    case
        when amount_minor > 0 then cast(discount_minor as numeric) / amount_minor
        else cast(0 as numeric)
    end as discount_share,
    case
        when amount_minor - discount_minor > 0
            then cast(inclusive_tax_minor as numeric) / (amount_minor - discount_minor)
        else cast(0 as numeric)
    end as inclusive_tax_share,
    starts_at,
    ends_at
from recurring
