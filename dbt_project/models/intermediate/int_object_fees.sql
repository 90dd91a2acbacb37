with owners as (
    select * from {{ ref('int_balance_owners') }}
    where is_held
),

counted as (
    select
        charges.connection,
        charges.charge_id as object_id,
        payment_orders.order_id,
        charges.currency,
        -- What settled and failed afterwards was collected nowhere, and its fee has a rate all the same.
        case
            when charges.collected_minor > 0 then charges.collected_minor
            else charges.amount_minor
        end as amount_minor
    from {{ ref('int_charges') }} as charges
    inner join {{ ref('int_payment_orders') }} as payment_orders
        on
            charges.connection = payment_orders.connection
            and charges.payment_key = payment_orders.payment_key

    union all

    select
        connection,
        refund_id as object_id,
        order_id,
        currency,
        amount_minor
    from {{ ref('int_refunds') }}

    union all

    select
        connection,
        dispute_id as object_id,
        order_id,
        currency,
        amount_minor
    from {{ ref('int_disputes') }}
),

-- Several captures settle one charge in several transactions, so the rate is taken over all of them less what
-- was not captured; any other reversal has the other sign and stays out of it.
owned as (
    select
        counted.connection,
        counted.object_id,
        counted.order_id,
        counted.currency,
        counted.amount_minor,
        owners.currency as settlement_currency,
        owners.fee_minor as settled_fee_minor,
        owners.net_minor as settled_net_minor,
        greatest(
            sum(case when {{ settles('owners') }} then owners.amount_minor else 0 end) over one_object,
            sum(case when {{ settles('owners') }} then 0 else -owners.amount_minor end) over one_object
        ) as settled_minor
    from counted
    inner join owners
        on counted.connection = owners.connection and counted.object_id = owners.object_id
    where counted.order_id is not null
    window one_object as (partition by owners.connection, owners.object_id, owners.currency)
),

-- Fee in major units x (charge in major units / settled in major units): the exponents cancel out.
converted as (
    select
        owned.*,
        case
            when settled_fee_minor = 0 then 0
            when settlement_currency = currency then settled_fee_minor
            else {{ rescaled('settled_fee_minor', 'amount_minor', 'settled_minor') }}
        end as fee_minor
    from owned
)

select
    connection,
    object_id,
    order_id,
    settlement_currency,
    cast(sum(fee_minor) as bigint) as fees_minor,
    cast(sum(settled_fee_minor) as bigint) as settled_fees_minor,
    cast(sum(settled_net_minor) as bigint) as settled_net_minor,
    sum(case when fee_minor is null then 1 else 0 end) as unconverted_fees
from converted
group by connection, object_id, order_id, settlement_currency
