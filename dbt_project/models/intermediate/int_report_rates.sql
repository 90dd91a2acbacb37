with seeded as (
    select * from {{ ref('exchange_rates') }}
),

filed as (
    select * from {{ ref('stg_files__exchange_rates') }}
    where not is_deleted
),

-- 1: as the seed has it; 2: a file; each also turned round, which yields to a rate written in that direction.
written as (
    select
        lower(base_currency) as from_currency,
        lower(quote_currency) as to_currency,
        rate_date,
        rate,
        1 as preference,
        '' as connection
    from seeded

    union all

    select
        base_currency as from_currency,
        quote_currency as to_currency,
        rate_date,
        rate,
        2 as preference,
        connection
    from filed
),

directed as (
    select
        from_currency,
        to_currency,
        rate_date,
        rate,
        preference,
        connection
    from written
    where rate > 0

    union all

    select
        to_currency as from_currency,
        from_currency as to_currency,
        rate_date,
        {{ inverse_rate('rate') }} as rate,
        preference + 2 as preference,
        connection
    from written
    where rate > 0
),

ranked as (
    select
        directed.*,
        row_number() over (
            partition by from_currency, to_currency, rate_date
            order by preference, connection, rate
        ) as rate_rank
    from directed
    where from_currency <> to_currency
),

following as (
    select
        from_currency,
        to_currency,
        rate_date,
        rate,
        lead(rate_date) over (partition by from_currency, to_currency order by rate_date) as next_rate_date
    from ranked
    where rate_rank = 1
),

daily as (
    select
        following.from_currency,
        following.to_currency,
        following.rate,
        {{ days_after('following.rate_date', 'held.position - 1') }} as rate_date
    from following
    cross join {{ positions(days_a_rate_holds()) }} as held
    where
        following.next_rate_date is null
        or {{ days_after('following.rate_date', 'held.position - 1') }} < following.next_rate_date
),

into_report_currency as (
    select * from daily
    where to_currency = '{{ report_currency() }}'
),

-- A pair with the report currency, else two pairs that share a third currency.
chained as (
    select
        from_currency as currency,
        rate_date,
        rate,
        '' as through_currency
    from into_report_currency

    union all

    select
        daily.from_currency as currency,
        daily.rate_date,
        daily.rate * into_report_currency.rate as rate,
        daily.to_currency as through_currency
    from daily
    inner join into_report_currency
        on
            daily.to_currency = into_report_currency.from_currency
            and daily.rate_date = into_report_currency.rate_date
    where daily.from_currency <> '{{ report_currency() }}'
),

preferred as (
    select
        currency,
        rate_date,
        rate,
        row_number() over (partition by currency, rate_date order by through_currency) as chain_rank
    from chained
)

select
    currency,
    rate_date,
    cast(rate as numeric(38, 18)) as rate
from preferred
where chain_rank = 1

union all

-- The report currency itself, so that whoever converts joins all currencies alike.
select
    '{{ report_currency() }}' as currency,
    days.day as rate_date,
    cast(1 as numeric(38, 18)) as rate
from {{ days_between('1970-01-01', '2069-12-31') }} as days
