with balance_transactions as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

payments as (
    select
        charges.connection,
        charges.charge_id,
        charges.balance_transaction_id,
        charges.collected_minor,
        charges.currency,
        payment_orders.order_id
    from {{ ref('int_charges') }} as charges
    inner join {{ ref('int_payment_orders') }} as payment_orders
        on
            charges.connection = payment_orders.connection
            and charges.payment_key = payment_orders.payment_key
    where payment_orders.order_id is not null
),

refunds as (
    select * from {{ ref('int_refunds') }}
    where order_id is not null
),

-- A transaction names its source; old shapes only let the source name its transaction.
claims as (
    select
        balance_transactions.connection,
        balance_transactions.balance_transaction_id,
        payments.order_id,
        payments.charge_id as object_id,
        payments.collected_minor as object_minor,
        payments.currency as order_currency,
        1 as preference
    from balance_transactions
    inner join payments
        on
            balance_transactions.connection = payments.connection
            and balance_transactions.source_id = payments.charge_id

    union all

    select
        balance_transactions.connection,
        balance_transactions.balance_transaction_id,
        refunds.order_id,
        refunds.refund_id as object_id,
        refunds.amount_minor as object_minor,
        refunds.currency as order_currency,
        1 as preference
    from balance_transactions
    inner join refunds
        on
            balance_transactions.connection = refunds.connection
            and balance_transactions.source_id = refunds.refund_id

    union all

    select
        connection,
        balance_transaction_id,
        order_id,
        charge_id as object_id,
        collected_minor as object_minor,
        currency as order_currency,
        2 as preference
    from payments
    where balance_transaction_id is not null

    union all

    select
        connection,
        balance_transaction_id,
        order_id,
        refund_id as object_id,
        amount_minor as object_minor,
        currency as order_currency,
        3 as preference
    from refunds
    where balance_transaction_id is not null
),

ranked as (
    select
        claims.*,
        balance_transactions.currency as settlement_currency,
        balance_transactions.amount_minor as settled_minor,
        balance_transactions.fee_minor as settled_fee_minor,
        balance_transactions.net_minor as settled_net_minor,
        row_number() over (
            partition by claims.connection, claims.balance_transaction_id
            order by claims.preference, claims.object_id
        ) as claim_rank
    from claims
    inner join balance_transactions
        on
            claims.connection = balance_transactions.connection
            and claims.balance_transaction_id = balance_transactions.balance_transaction_id
),

-- Several captures settle one charge in several transactions, so the rate is taken over all of them; a
-- reversal has the other sign and stays out of it.
claimed as (
    select
        connection,
        order_id,
        settlement_currency,
        order_currency,
        settled_fee_minor,
        settled_net_minor,
        object_minor,
        greatest(
            sum(case when settled_minor > 0 then settled_minor else 0 end) over one_object,
            sum(case when settled_minor < 0 then -settled_minor else 0 end) over one_object
        ) as object_settled_minor
    from ranked
    where claim_rank = 1
    window one_object as (partition by connection, object_id, settlement_currency)
),

-- Fee in major units x (charge in major units / settled in major units): the exponents cancel out.
converted as (
    select
        claimed.*,
        case
            when settled_fee_minor = 0 then 0
            when settlement_currency = order_currency then settled_fee_minor
            else {{ rescaled('settled_fee_minor', 'object_minor', 'object_settled_minor') }}
        end as fee_minor
    from claimed
)

select
    connection,
    order_id,
    cast(sum(fee_minor) as bigint) as fees_minor,
    sum(case when fee_minor is null then 1 else 0 end) as unconverted_fees,
    case
        when min(settlement_currency) = max(settlement_currency) then min(settlement_currency)
    end as settlement_currency,
    case
        when min(settlement_currency) = max(settlement_currency)
            then cast(sum(settled_fee_minor) as bigint)
    end as settled_fees_minor,
    case
        when min(settlement_currency) = max(settlement_currency)
            then cast(sum(settled_net_minor) as bigint)
    end as settled_net_minor
from converted
group by connection, order_id
