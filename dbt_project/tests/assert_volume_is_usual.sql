{{ config(severity='warn') }}
{#
  The last whole UTC day before a connection's last sync, against the same weekday of the eight weeks before it: fewer
  rows than half the quietest of them, or more than twice the busiest, by twenty rows at least. A connection younger
  than eight weeks is not judged.
#}
{% set facts = {
    'fct_orders': local_date('ordered_at', 'UTC'),
    'fct_page_views': local_date('viewed_at', 'UTC'),
    'fct_ad_spend': 'spend_date',
    'dim_contacts': local_date('created_at', 'UTC')
} %}
with days as (
    select
        connection,
        {{ days_later(local_date('synced_at', 'UTC'), -1) }} as last_day
    from {{ ref('stg_ingest__connections') }}
    where synced_at is not null
),

weeks as (
    {% for week in range(9) %}
    select {{ week }} as week
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

expected as (
    select
        days.connection,
        weeks.week,
        {{ days_later('days.last_day', '-7 * weeks.week') }} as day
    from days
    cross join weeks
),

counted as (
    {% for fact, day in facts.items() %}
    select
        '{{ fact }}' as fact,
        connection,
        {{ day }} as day,
        count(*) as rows_of_day
    from {{ ref(fact) }}
    group by connection, {{ day }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

first_days as (
    select
        fact,
        connection,
        min(day) as first_day
    from counted
    group by fact, connection
),

volumes as (
    select
        first_days.fact,
        expected.connection,
        expected.week,
        coalesce(counted.rows_of_day, 0) as rows_of_day
    from expected
    inner join days on expected.connection = days.connection
    inner join first_days
        on
            expected.connection = first_days.connection
            and first_days.first_day <= {{ days_later('days.last_day', -56) }}
    left join counted
        on
            first_days.fact = counted.fact
            and expected.connection = counted.connection
            and expected.day = counted.day
),

compared as (
    select
        fact,
        connection,
        sum(case when week = 0 then rows_of_day else 0 end) as rows_of_day,
        min(case when week > 0 then rows_of_day end) as quietest,
        max(case when week > 0 then rows_of_day end) as busiest
    from volumes
    group by fact, connection
)

select * from compared
where
    (rows_of_day * 2 < quietest and quietest - rows_of_day >= 20)
    or (rows_of_day > busiest * 2 and rows_of_day - busiest >= 20)
