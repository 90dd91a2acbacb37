with balance_transactions as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

objects as (
    select
        connection,
        charge_id as object_id,
        'charge' as object_kind,
        balance_transaction_id,
        3 as preference
    from {{ ref('stg_stripe__charges') }}

    union all

    select
        connection,
        refund_id as object_id,
        'refund' as object_kind,
        balance_transaction_id,
        4 as preference
    from {{ ref('stg_stripe__refunds') }}

    union all

    select
        connection,
        dispute_id as object_id,
        'dispute' as object_kind,
        cast(null as {{ text_type() }}) as balance_transaction_id,
        1 as preference
    from {{ ref('stg_stripe__disputes') }}

    union all

    select
        connection,
        payout_id as object_id,
        'payout' as object_kind,
        balance_transaction_id,
        5 as preference
    from {{ ref('stg_stripe__payouts') }}
),

-- A dispute's own list comes first: old movements of a dispute call the charge their source.
claims as (
    select
        connection,
        balance_transaction_id,
        dispute_id as object_id,
        'dispute' as object_kind,
        1 as preference
    from {{ ref('stg_stripe__dispute_transactions') }}

    union all

    select
        balance_transactions.connection,
        balance_transactions.balance_transaction_id,
        objects.object_id,
        objects.object_kind,
        2 as preference
    from balance_transactions
    inner join objects
        on
            balance_transactions.connection = objects.connection
            and balance_transactions.source_id = objects.object_id

    union all

    select
        connection,
        balance_transaction_id,
        object_id,
        object_kind,
        preference
    from objects

    union all

    select
        connection,
        failure_balance_transaction_id as balance_transaction_id,
        charge_id as object_id,
        'charge' as object_kind,
        6 as preference
    from {{ ref('stg_stripe__charges') }}

    union all

    select
        connection,
        failure_balance_transaction_id as balance_transaction_id,
        refund_id as object_id,
        'refund' as object_kind,
        7 as preference
    from {{ ref('stg_stripe__refunds') }}

    union all

    select
        connection,
        failure_balance_transaction_id as balance_transaction_id,
        payout_id as object_id,
        'payout' as object_kind,
        8 as preference
    from {{ ref('stg_stripe__payouts') }}
),

ranked as (
    select
        claims.*,
        row_number() over (
            partition by connection, balance_transaction_id
            order by preference, object_id
        ) as claim_rank
    from claims
    where balance_transaction_id is not null
)

select
    ranked.connection,
    ranked.balance_transaction_id,
    ranked.object_id,
    ranked.object_kind,
    balance_transactions.reporting_category,
    balance_transactions.currency,
    balance_transactions.amount_minor,
    balance_transactions.fee_minor,
    balance_transactions.net_minor,
    balance_transactions.balance_transaction_id is not null as is_held,
    balance_transactions.created_at as moved_at
from ranked
left join balance_transactions
    on
        ranked.connection = balance_transactions.connection
        and ranked.balance_transaction_id = balance_transactions.balance_transaction_id
where ranked.claim_rank = 1
