with transitions as (
    select
        subscriber_id,
        currency,
        home_connection as connection,
        report_date,
        held_movement,
        lead(report_date) over (partition by subscriber_id, currency order by report_date) as next_date
    from {{ ref('int_mrr_subscriber_days') }}
    where held_movement in ('new', 'reactivation', 'churn')
),

stays as (
    select * from transitions
    where held_movement in ('new', 'reactivation')
),

absences as (
    select * from transitions
    where held_movement = 'churn'
),

-- The days of an absence whose day thirty days before was one of a stay.
absent_days as (
    select
        absences.connection,
        absences.currency,
        greatest({{ day_plus('stays.report_date', 30) }}, absences.report_date) as first_date,
        least({{ day_plus('stays.next_date', 30) }}, absences.next_date) as end_date
    from absences
    inner join stays
        on
            absences.subscriber_id = stays.subscriber_id
            and absences.currency = stays.currency
            and absences.report_date >= stays.next_date
            and absences.report_date < {{ day_plus('stays.next_date', 30) }}
)

select
    first_date as report_date,
    connection,
    currency,
    cast(count(*) as bigint) as change
from absent_days
where first_date < end_date
group by first_date, connection, currency

union all

select
    end_date as report_date,
    connection,
    currency,
    -cast(count(*) as bigint) as change
from absent_days
where first_date < end_date
group by end_date, connection, currency
