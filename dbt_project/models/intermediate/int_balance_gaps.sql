with objects as (
    select * from {{ ref('int_balance_objects') }}
    where is_judged
),

owners as (
    select * from {{ ref('int_balance_owners') }}
),

balance_transactions as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

orphans as (
    select * from {{ ref('int_balance_orphans') }}
),

unjudged_payouts as (
    select * from {{ ref('int_unjudged_tables') }}
    where table_name = 'payout_transactions'
),

payouts as (
    select
        payouts.connection,
        payouts.payout_id,
        payouts.balance_transaction_id,
        payouts.currency,
        payouts.amount_minor,
        payouts.created_at
    from {{ ref('stg_stripe__payouts') }} as payouts
    inner join objects
        on payouts.connection = objects.connection and payouts.payout_id = objects.object_id
    left join unjudged_payouts on payouts.connection = unjudged_payouts.connection
    where
        payouts.is_automatic
        and payouts.status in ('paid', 'pending', 'in_transit')
        and coalesce(payouts.reconciliation_status, 'completed') = 'completed'
        and unjudged_payouts.connection is null
),

paid_out as (
    select
        payouts.connection,
        payouts.payout_id,
        payouts.currency,
        payouts.amount_minor,
        payouts.created_at,
        listed.balance_transaction_id,
        balance_transactions.balance_transaction_id is not null as is_held,
        balance_transactions.net_minor
    from payouts
    left join {{ ref('stg_stripe__payout_transactions') }} as listed
        on
            payouts.connection = listed.connection
            and payouts.payout_id = listed.payout_id
            and coalesce(payouts.balance_transaction_id, '') <> listed.balance_transaction_id
    left join balance_transactions
        on
            listed.connection = balance_transactions.connection
            and listed.balance_transaction_id = balance_transactions.balance_transaction_id
),

payout_sums as (
    select
        connection,
        payout_id,
        currency,
        amount_minor,
        created_at,
        count(balance_transaction_id) as listed,
        sum(case when balance_transaction_id is not null and not is_held then 1 else 0 end) as missing,
        cast(coalesce(sum(net_minor), 0) as bigint) as net_minor
    from paid_out
    group by connection, payout_id, currency, amount_minor, created_at
)

select
    objects.connection,
    objects.object_kind,
    objects.object_id,
    owners.balance_transaction_id,
    'transaction_missing' as reason,
    objects.currency,
    objects.expected_minor,
    cast(null as bigint) as found_minor,
    objects.moved_at
from objects
inner join owners
    on objects.connection = owners.connection and objects.object_id = owners.object_id
where not owners.is_held

union all

select
    connection,
    object_kind,
    object_id,
    cast(null as {{ text_type() }}) as balance_transaction_id,
    case when has_transaction then 'amount_differs' else 'no_transaction' end as reason,
    currency,
    expected_minor,
    case when has_transaction then settled_minor end as found_minor,
    moved_at
from objects
where
    (must_move and not has_transaction)
    or (has_transaction and count_missing = 0 and expected_minor <> settled_minor)

union all

select
    connection,
    object_kind,
    source_id as object_id,
    balance_transaction_id,
    'source_missing' as reason,
    currency,
    cast(null as bigint) as expected_minor,
    amount_minor as found_minor,
    moved_at
from orphans

union all

select
    connection,
    'payout' as object_kind,
    payout_id as object_id,
    balance_transaction_id,
    'listed_transaction_missing' as reason,
    currency,
    cast(null as bigint) as expected_minor,
    cast(null as bigint) as found_minor,
    created_at as moved_at
from paid_out
where balance_transaction_id is not null and not is_held

union all

select
    connection,
    'payout' as object_kind,
    payout_id as object_id,
    cast(null as {{ text_type() }}) as balance_transaction_id,
    case when listed = 0 then 'list_missing' else 'payout_differs' end as reason,
    currency,
    amount_minor as expected_minor,
    net_minor as found_minor,
    created_at as moved_at
from payout_sums
where missing = 0 and amount_minor <> net_minor
