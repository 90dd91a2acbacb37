-- Only the report currency has a rate here.
with clock as (
    select * from {{ ref('int_subscription_clock') }}
),

first_days as (
    select min(report_date) as first_date
    from {{ ref('int_subscription_days') }}
)

select
    '{{ report_currency() }}' as currency,
    days.report_date as rate_date,
    cast(1 as numeric(38, 18)) as rate
from first_days
cross join clock
{{ explode_days('first_days.first_date', 'clock.as_of_date', as='days') }}
