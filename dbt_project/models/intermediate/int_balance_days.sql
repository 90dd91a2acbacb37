with objects as (
    select * from {{ ref('int_balance_objects') }}
    where is_judged
),

movements as (
    select
        owners.connection,
        owners.object_id,
        owners.object_kind,
        owners.currency,
        owners.amount_minor,
        {{ local_date('owners.moved_at', 'UTC') }} as movement_date
    from {{ ref('int_balance_owners') }} as owners
    inner join objects
        on owners.connection = objects.connection and owners.object_id = objects.object_id
    where owners.is_held
),

-- What an object says of itself and its movements so far do not, on the day of the last of them.
remainders as (
    select
        connection,
        object_id,
        object_kind,
        currency,
        {{ local_date('moved_at', 'UTC') }} as movement_date,
        expected_minor - settled_minor as amount_minor
    from objects
    where expected_minor <> settled_minor and (must_move or has_transaction)
),

orphans as (
    select
        connection,
        object_kind,
        currency,
        {{ local_date('moved_at', 'UTC') }} as movement_date,
        amount_minor
    from {{ ref('int_balance_orphans') }}
),

both_sides as (
    select
        connection,
        movement_date,
        currency,
        object_kind,
        amount_minor as objects_minor,
        amount_minor as transactions_minor
    from movements

    union all

    select
        connection,
        movement_date,
        currency,
        object_kind,
        amount_minor as objects_minor,
        0 as transactions_minor
    from remainders

    union all

    select
        connection,
        movement_date,
        currency,
        object_kind,
        0 as objects_minor,
        amount_minor as transactions_minor
    from orphans
)

select
    connection,
    movement_date,
    currency,
    object_kind,
    cast(sum(objects_minor) as bigint) as objects_minor,
    cast(sum(transactions_minor) as bigint) as transactions_minor,
    cast(sum(objects_minor - transactions_minor) as bigint) as difference_minor
from both_sides
group by connection, movement_date, currency, object_kind
