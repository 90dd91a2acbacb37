{%- set stock_changes = {
    'active_change': 'active_change', 'trialing_change': 'trialing_change', 'paused_change': 'paused_change',
    'mrr_change': 'mrr_change_minor', 'billed_mrr_change': 'billed_mrr_change_minor',
    'paused_mrr_change': 'paused_mrr_change_minor'
} -%}

with ledger as (
    select * from {{ ref('rpt_subscriptions') }}
    where currency is not null
),

subscription_days as (
    select * from {{ ref('int_subscription_days') }}
),

subscriber_days as (
    select * from {{ ref('int_mrr_subscriber_days') }}
),

movements as (
    select * from {{ ref('fct_mrr_movements') }}
)

select
    report_date,
    connection,
    currency,
    'subscriptions_started' as measure,
    cast(1 as bigint) as amount
from ledger

union all

select
    report_date,
    connection,
    currency,
    'subscriptions_started_still_active' as measure,
    cast(1 as bigint) as amount
from ledger
where is_still_active

union all

select
    trial_start_date as report_date,
    connection,
    currency,
    case
        when trial_outcome = 'retention_offer' then 'retention_offers_started' else 'trials_started'
    end as measure,
    cast(1 as bigint) as amount
from ledger
where trial_outcome is not null

union all

select
    trial_end_date as report_date,
    connection,
    currency,
    case when trial_outcome = 'converted' then 'trials_converted' else 'trials_cancelled' end as measure,
    cast(1 as bigint) as amount
from ledger
where trial_outcome in ('converted', 'cancelled')

union all

select
    cancellation_request_date as report_date,
    connection,
    currency,
    'cancellations_requested' as measure,
    cast(1 as bigint) as amount
from ledger
where cancellation_request_date is not null

union all

select
    end_date as report_date,
    connection,
    currency,
    'cancellations' as measure,
    cast(1 as bigint) as amount
from ledger
where end_date is not null

{% for measure, column in stock_changes.items() %}
union all

select
    report_date,
    connection,
    currency,
    '{{ measure }}' as measure,
    cast(sum({{ column }}) as bigint) as amount
from subscription_days
where {{ column }} <> 0
group by report_date, connection, currency

{% endfor %}
union all

select
    movement_date as report_date,
    connection,
    currency,
    movement || '_mrr' as measure,
    cast(sum(amount_minor) as bigint) as amount
from movements
group by movement_date, connection, currency, movement

union all

select
    movement_date as report_date,
    connection,
    currency,
    case when movement = 'expansion' then 'resumed_mrr' else 'pausing_mrr' end as measure,
    cast(sum(pause_minor) as bigint) as amount
from movements
where pause_minor > 0
group by movement_date, connection, currency, movement

union all

select
    movement_date as report_date,
    home_connection as connection,
    currency,
    movement || '_subscribers' as measure,
    cast(count(*) as bigint) as amount
from movements
where movement in ('new', 'reactivation', 'churn')
group by movement_date, home_connection, currency, movement

union all

select
    report_date,
    home_connection as connection,
    currency,
    'subscriber_change' as measure,
    cast(sum(subscriber_change) as bigint) as amount
from subscriber_days
where subscriber_change <> 0
group by report_date, home_connection, currency

union all

select
    report_date,
    connection,
    currency,
    'churned_for_good_change' as measure,
    change as amount
from {{ ref('int_mrr_churn_days') }}
