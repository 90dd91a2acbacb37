with balance_transactions as (
    select
        transactions.*,
        case
            when transactions.reporting_category in ('charge', 'charge_failure', 'partial_capture_reversal')
                then 'charge'
            when transactions.reporting_category in ('refund', 'refund_failure') then 'refund'
            when transactions.reporting_category in ('dispute', 'dispute_reversal') then 'dispute'
            when transactions.reporting_category in ('payout', 'payout_reversal') then 'payout'
        end as object_kind
    from {{ ref('stg_stripe__balance_transactions') }} as transactions
),

owners as (
    select * from {{ ref('int_balance_owners') }}
),

connections as (
    select * from {{ ref('stg_ingest__connections') }}
),

unjudged_tables as (
    select * from {{ ref('int_unjudged_tables') }}
)

select
    balance_transactions.connection,
    balance_transactions.balance_transaction_id,
    balance_transactions.object_kind,
    balance_transactions.source_id,
    balance_transactions.currency,
    balance_transactions.amount_minor,
    balance_transactions.created_at as moved_at
from balance_transactions
left join owners
    on
        balance_transactions.connection = owners.connection
        and balance_transactions.balance_transaction_id = owners.balance_transaction_id
left join unjudged_tables
    on
        balance_transactions.connection = unjudged_tables.connection
        and balance_transactions.object_kind || 's' = unjudged_tables.table_name
left join connections on balance_transactions.connection = connections.connection
where
    balance_transactions.object_kind is not null
    and owners.balance_transaction_id is null
    and unjudged_tables.connection is null
    and (
        connections.connection is null
        -- A younger one may have been read before its source was.
        or balance_transactions.created_at <= {{ seconds_after('connections.synced_at', -3600) }}
    )
