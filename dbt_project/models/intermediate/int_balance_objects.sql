{#
  What moved within the hour before the last sync may still be on its way: one side of it was read before it
  happened and the other after. So it is judged next time.
#}
{% set hour = -3600 %}

with owners as (
    select * from {{ ref('int_balance_owners') }}
),

connections as (
    select * from {{ ref('stg_ingest__connections') }}
),

unjudged_tables as (
    select * from {{ ref('int_unjudged_tables') }}
),

listed as (
    select
        connection,
        dispute_id,
        cast(sum(amount_minor) as bigint) as amount_minor,
        max(case when amount_minor is null then 1 else 0 end) = 0 as is_known
    from {{ ref('stg_stripe__dispute_transactions') }}
    group by connection, dispute_id
),

objects as (
    select
        connection,
        charge_id as object_id,
        'charge' as object_kind,
        'charges' as table_name,
        currency,
        case status
            when 'succeeded' then amount_captured_minor
            when 'failed' then 0
        end as expected_minor,
        status = 'succeeded' and amount_captured_minor > 0 as must_move,
        created_at
    from {{ ref('stg_stripe__charges') }}
    where not is_test_data

    union all

    select
        connection,
        refund_id as object_id,
        'refund' as object_kind,
        'refunds' as table_name,
        currency,
        case
            when exclusion_reason = 'authorization_release' then null
            when status = 'succeeded' then -amount_minor
            when status in ('failed', 'canceled') then 0
        end as expected_minor,
        status = 'succeeded'
        and coalesce(exclusion_reason, '') not in ('authorization_release', 'charge_missing') as must_move,
        created_at
    from {{ ref('int_refunds') }}

    union all

    select
        disputes.connection,
        disputes.dispute_id as object_id,
        'dispute' as object_kind,
        'disputes' as table_name,
        cast(null as {{ text_type() }}) as currency,
        case when listed.is_known then listed.amount_minor end as expected_minor,
        disputes.status = 'lost' as must_move,
        disputes.created_at
    from {{ ref('stg_stripe__disputes') }} as disputes
    left join listed
        on disputes.connection = listed.connection and disputes.dispute_id = listed.dispute_id
    where not disputes.is_test_data

    union all

    select
        connection,
        payout_id as object_id,
        'payout' as object_kind,
        'payouts' as table_name,
        currency,
        case
            when status in ('paid', 'pending', 'in_transit') then -amount_minor
            when status in ('failed', 'canceled') then 0
        end as expected_minor,
        true as must_move,
        created_at
    from {{ ref('stg_stripe__payouts') }}
    where not is_test_data
),

settled as (
    select
        connection,
        object_id,
        case when min(currency) = max(currency) then min(currency) end as currency,
        cast(sum(amount_minor) as bigint) as settled_minor,
        sum(case when is_held then 1 else 0 end) as count_held,
        sum(case when is_held then 0 else 1 end) as count_missing,
        max(moved_at) as moved_at
    from owners
    group by connection, object_id
)

select
    objects.connection,
    objects.object_id,
    objects.object_kind,
    objects.table_name,
    coalesce(settled.currency, objects.currency) as currency,
    -- What an object says of itself is comparable only in the currency it settled in.
    case
        when
            coalesce(settled.count_held, 0) = 0
            or coalesce(objects.currency, settled.currency) = settled.currency
            then objects.expected_minor
    end as expected_minor,
    coalesce(settled.settled_minor, 0) as settled_minor,
    coalesce(settled.count_missing, 0) as count_missing,
    objects.must_move,
    settled.object_id is not null as has_transaction,
    unjudged_tables.connection is null
    and (
        connections.connection is null
        or coalesce(
            greatest(objects.created_at, settled.moved_at)
            <= {{ seconds_after('connections.synced_at', hour) }}, false
        )
    ) as is_judged,
    objects.created_at,
    coalesce(settled.moved_at, objects.created_at) as moved_at
from objects
left join settled
    on objects.connection = settled.connection and objects.object_id = settled.object_id
left join connections on objects.connection = connections.connection
left join unjudged_tables
    on
        objects.connection = unjudged_tables.connection
        and objects.table_name = unjudged_tables.table_name
