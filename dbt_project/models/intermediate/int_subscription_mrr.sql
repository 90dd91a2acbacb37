with spans as (
    select * from {{ ref('int_subscription_item_spans') }}
),

states as (
    select * from {{ ref('int_subscription_states') }}
),

discounts as (
    select * from {{ ref('int_subscription_discounts') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

first_active as (
    select
        connection,
        subscription_id,
        min(starts_at) as active_at
    from states
    where state = 'active'
    group by connection, subscription_id
),

-- An item counts while its subscription is active; paused once it has been, it stands beside.
counted as (
    select
        spans.connection,
        spans.subscription_id,
        spans.price_id,
        spans.interval_amount,
        spans.quantity,
        spans.billing_interval,
        spans.billing_interval_count,
        spans.discount_share,
        spans.discount_known_until_at,
        states.state = 'paused' as is_paused,
        greatest(spans.starts_at, states.starts_at) as starts_at,
        least(spans.ends_at, states.ends_at) as ends_at
    from spans
    inner join
        states
        on spans.connection = states.connection and spans.subscription_id = states.subscription_id
    left join first_active
        on spans.connection = first_active.connection and spans.subscription_id = first_active.subscription_id
    where
        (states.state = 'active' or (states.state = 'paused' and first_active.active_at < states.starts_at))
        and (states.ends_at is null or spans.starts_at < states.ends_at)
        and (spans.ends_at is null or spans.ends_at > states.starts_at)
),

discounted as (
    select
        connection,
        subscription_id
    from discounts

    union

    select
        connection,
        subscription_id
    from spans
    where discount_share > 0
),

line_discounts as (
    select distinct
        connection,
        subscription_id
    from spans
    where discount_share > 0
),

-- Where discounts come and go, all items of the subscription are cut: an amount off is shared between them.
moments as (
    select
        connection,
        subscription_id,
        starts_at as moment
    from discounts

    union

    select
        connection,
        subscription_id,
        ends_at as moment
    from discounts
    where ends_at is not null

    union

    select
        counted.connection,
        counted.subscription_id,
        counted.starts_at as moment
    from counted
    inner join discounted
        on counted.connection = discounted.connection and counted.subscription_id = discounted.subscription_id

    union

    select
        counted.connection,
        counted.subscription_id,
        coalesce(counted.discount_known_until_at, counted.ends_at) as moment
    from counted
    inner join discounted
        on counted.connection = discounted.connection and counted.subscription_id = discounted.subscription_id
    where coalesce(counted.discount_known_until_at, counted.ends_at) is not null
),

cut_starts as (
    select
        counted.*,
        moments.moment as cut_at
    from counted
    inner join moments
        on
            counted.connection = moments.connection
            and counted.subscription_id = moments.subscription_id
            and counted.starts_at <= moments.moment
            and (counted.ends_at is null or counted.ends_at > moments.moment)
),

cut as (
    select
        cut_starts.*,
        coalesce(
            lead(cut_at) over (
                partition by connection, subscription_id, price_id, starts_at
                order by cut_at
            ),
            ends_at
        ) as cut_until_at,
        interval_amount / nullif(
            sum(interval_amount) over (
                partition by connection, subscription_id, cut_at, billing_interval, billing_interval_count
            ), 0
        ) as share_of_bill
    from cut_starts
),

reductions as (
    select
        cut.connection,
        cut.subscription_id,
        cut.price_id,
        cut.cut_at,
    {% for kind, condition in [('contracted', 'discounts.is_contracted'), ('billed', 'true')] %}
    coalesce(max(case when {{ condition }} then discounts.percent_off end), 0) >= 100 as is_{{ kind }}_free,
    coalesce(
        {{ product('case when ' ~ condition ~ ' then nullif(1 - discounts.percent_off / 100, 0) end') }}, 1
    ) as {{ kind }}_factor,
    coalesce(
        sum(
            case
                when {{ condition }}
                    then
                        discounts.amount_off_minor
                        * case when discounts.price_id is null then cut.share_of_bill else 1 end
            end
        ), 0
    ) as {{ kind }}_off{{ "," if not loop.last }}
    {% endfor %}
    from cut
    inner join discounts
        on
            cut.connection = discounts.connection
            and cut.subscription_id = discounts.subscription_id
            and (discounts.price_id is null or cut.price_id = discounts.price_id)
            and cut.cut_at >= discounts.starts_at
            and (discounts.ends_at is null or cut.cut_at < discounts.ends_at)
    group by cut.connection, cut.subscription_id, cut.price_id, cut.cut_at
),

reduced as (
    select
        cut.connection,
        cut.subscription_id,
        cut.price_id,
        cut.quantity,
        cut.billing_interval,
        cut.billing_interval_count,
        cut.is_paused,
        cut.cut_at as starts_at,
        cut.cut_until_at as ends_at,
        case
            when reductions.is_contracted_free then 0
            when reductions.price_id is null then cut.interval_amount
            else greatest(cut.interval_amount * reductions.contracted_factor - reductions.contracted_off, 0)
        end as contracted_amount,
        case
            when
                line_discounts.subscription_id is not null
                and cut.discount_share is not null
                and (cut.discount_known_until_at is null or cut.cut_at < cut.discount_known_until_at)
                then cut.interval_amount * (1 - cut.discount_share)
            when reductions.is_billed_free then 0
            when reductions.price_id is null then cut.interval_amount
            else greatest(cut.interval_amount * reductions.billed_factor - reductions.billed_off, 0)
        end as billed_amount
    from cut
    left join reductions
        on
            cut.connection = reductions.connection
            and cut.subscription_id = reductions.subscription_id
            and cut.price_id = reductions.price_id
            and cut.cut_at = reductions.cut_at
    left join line_discounts
        on cut.connection = line_discounts.connection and cut.subscription_id = line_discounts.subscription_id

    union all

    select
        counted.connection,
        counted.subscription_id,
        counted.price_id,
        counted.quantity,
        counted.billing_interval,
        counted.billing_interval_count,
        counted.is_paused,
        counted.starts_at,
        counted.ends_at,
        counted.interval_amount as contracted_amount,
        counted.interval_amount as billed_amount
    from counted
    left join discounted
        on counted.connection = discounted.connection and counted.subscription_id = discounted.subscription_id
    where discounted.subscription_id is null
),

rounded as (
    select
        reduced.*,
        {{ whole_minor(monthly_amount('contracted_amount', 'billing_interval', 'billing_interval_count')) }}
            as contracted_minor,
        {{ whole_minor(monthly_amount('billed_amount', 'billing_interval', 'billing_interval_count')) }}
            as billed_minor
    from reduced
)

select
    rounded.connection,
    rounded.subscription_id,
    rounded.price_id,
    subscriptions.currency,
    rounded.quantity,
    rounded.billing_interval,
    rounded.billing_interval_count,
    rounded.is_paused,
    case when rounded.is_paused then 0 else rounded.contracted_minor end as mrr_minor,
    case when rounded.is_paused then 0 else rounded.billed_minor end as billed_mrr_minor,
    case when rounded.is_paused then rounded.contracted_minor else 0 end as paused_mrr_minor,
    rounded.starts_at,
    rounded.ends_at
from rounded
inner join subscriptions
    on
        rounded.connection = subscriptions.connection
        and rounded.subscription_id = subscriptions.subscription_id
