with disputes as (
    select * from {{ ref('stg_stripe__disputes') }}
    where not is_test_data
),

charges as (
    select * from {{ ref('int_charges') }}
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
),

listed as (
    select * from {{ ref('stg_stripe__dispute_transactions') }}
),

owners as (
    select * from {{ ref('int_balance_owners') }}
),

-- What the dispute lists is whole in itself, so it counts also where the key may not read the balance.
movements as (
    select
        owners.connection,
        owners.object_id as dispute_id,
        coalesce(owners.currency, listed.currency) as currency,
        coalesce(owners.amount_minor, listed.amount_minor) as amount_minor,
        coalesce(owners.moved_at, listed.moved_at) as moved_at
    from owners
    left join listed
        on
            owners.connection = listed.connection
            and owners.object_id = listed.dispute_id
            and owners.balance_transaction_id = listed.balance_transaction_id
    where owners.object_kind = 'dispute'
),

withdrawals as (
    select
        connection,
        dispute_id,
        max(-amount_minor) as withdrawn_minor,
        case when min(currency) = max(currency) then min(currency) end as settlement_currency,
        min(moved_at) as withdrawn_at
    from movements
    where amount_minor < 0
    group by connection, dispute_id
),

settlements as (
    select
        connection,
        object_id as charge_id,
        currency as settlement_currency,
        sum(amount_minor) as settled_minor
    from owners
    where object_kind = 'charge' and {{ settles('owners') }}
    group by connection, object_id, currency
),

judged as (
    select
        disputes.*,
        charges.charge_id is null as is_charge_missing,
        payment_orders.order_id,
        payment_orders.exclusion_reason as payment_exclusion_reason,
        coalesce(charges.currency, disputes.currency) as charge_currency,
        -- Contested in another currency, it is worth what was withdrawn, at the rate the charge settled at.
        case
            when coalesce(charges.currency, disputes.currency) = disputes.currency then disputes.amount_minor
            else {{ rescaled(
                'withdrawals.withdrawn_minor', 'charges.collected_minor', 'settlements.settled_minor'
            ) }}
        end as charge_amount_minor,
        coalesce(disputes.status = 'lost', false) as is_lost,
        coalesce(disputes.status in ('needs_response', 'under_review'), false) as is_open,
        withdrawals.withdrawn_at,
        coalesce(charges.created_at, disputes.created_at) as charged_at
    from disputes
    left join charges
        on disputes.connection = charges.connection and disputes.charge_id = charges.charge_id
    left join payment_orders
        on charges.connection = payment_orders.connection and charges.payment_key = payment_orders.payment_key
    left join withdrawals
        on disputes.connection = withdrawals.connection and disputes.dispute_id = withdrawals.dispute_id
    left join settlements
        on
            disputes.connection = settlements.connection
            and disputes.charge_id = settlements.charge_id
            and withdrawals.settlement_currency = settlements.settlement_currency
)

select
    connection,
    dispute_id,
    charge_id,
    order_id,
    status,
    reason,
    charge_currency as currency,
    charge_amount_minor as amount_minor,
    case when is_lost then charge_amount_minor else 0 end as lost_minor,
    currency as disputed_currency,
    amount_minor as disputed_minor,
    is_lost,
    is_open,
    case
        when is_charge_missing then 'charge_missing'
        else payment_exclusion_reason
    end as exclusion_reason,
    charged_at,
    case when is_lost then coalesce(withdrawn_at, created_at) else withdrawn_at end as withdrawn_at,
    created_at
from judged
