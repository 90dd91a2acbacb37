with incomplete as (
    select
        connection,
        table_name
    from {{ ref('stg_ingest__access') }}
    where not may_read

    union

    select
        connection,
        table_name
    from {{ ref('stg_ingest__histories') }}
    where finished_at is null
),

-- What is compared with what.
pairs as (
    {% for table_name in ['charges', 'refunds', 'disputes', 'payouts'] %}
    select
        '{{ table_name }}' as table_name,
        'balance_transactions' as counterpart

    union all
    {% endfor %}
    select
        'payout_transactions' as table_name,
        'balance_transactions' as counterpart

    union all

    select
        'payout_transactions' as table_name,
        'payouts' as counterpart
)

select
    connection,
    table_name
from incomplete

union

select
    incomplete.connection,
    pairs.table_name
from incomplete
inner join pairs on incomplete.table_name = pairs.counterpart
