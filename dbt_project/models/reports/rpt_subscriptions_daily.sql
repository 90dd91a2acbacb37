{%- set measures = [
    'subscriptions_started', 'subscriptions_started_still_active', 'trials_started', 'trials_converted',
    'trials_cancelled', 'retention_offers_started', 'cancellations_requested', 'cancellations',
    'active_change', 'trialing_change', 'paused_change', 'mrr_change', 'billed_mrr_change',
    'paused_mrr_change', 'new_mrr', 'reactivation_mrr', 'expansion_mrr', 'contraction_mrr', 'churn_mrr',
    'resumed_mrr', 'pausing_mrr', 'new_subscribers', 'reactivation_subscribers', 'churn_subscribers',
    'subscriber_change', 'churned_for_good_change'
] -%}
{%- set movements = ['new', 'reactivation', 'expansion', 'contraction', 'churn'] -%}
{%- set stocks = ['mrr', 'billed_mrr', 'paused_mrr'] -%}

with clock as (
    select * from {{ ref('int_subscription_clock') }}
),

happenings as (
    select * from {{ ref('int_subscription_happenings') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

report_exponent as (
    select exponent
    from {{ ref('currencies') }}
    where currency = '{{ report_currency() }}'
),

rates as (
    select * from {{ ref('int_report_rates') }}
),

-- Every figure of a day is the sum of what happened on it; stocks are the running sums of their changes.
happened as (
    select
        happenings.report_date,
        happenings.connection,
        happenings.currency,
    {% for measure in measures %}
    cast(
        coalesce(sum(case when happenings.measure = '{{ measure }}' then happenings.amount end), 0) as bigint
    )
        as {{ measure }}{{ "," if not loop.last }}
    {% endfor %}
    from happenings
    cross join clock
    where happenings.report_date <= clock.as_of_date
    group by happenings.report_date, happenings.connection, happenings.currency
),

-- All days of the data, for every connection and currency: what a day closes with the next one opens with.
reaches as (
    select
        happened.connection,
        happened.currency,
        min(happened.report_date) as first_date,
        max(clock.as_of_date) as last_date
    from happened
    cross join clock
    group by happened.connection, happened.currency
),

dense as (
    select
        reaches.connection,
        reaches.currency,
        days.report_date
    from reaches
    {{ explode_days('reaches.first_date', 'reaches.last_date', as='days') }}
),

filled as (
    select
        dense.report_date,
        dense.connection,
        dense.currency,
    {% for measure in measures %}
    coalesce(happened.{{ measure }}, 0) as {{ measure }}{{ "," if not loop.last }}
    {% endfor %}
    from dense
    left join happened
        on
            dense.report_date = happened.report_date
            and dense.connection = happened.connection
            and dense.currency = happened.currency
),

running as (
    select
        filled.*,
        cast(sum(active_change) over so_far as bigint) as active_subscriptions,
        cast(sum(trialing_change) over so_far as bigint) as trialing_subscriptions,
        cast(sum(paused_change) over so_far as bigint) as paused_subscriptions,
        cast(sum(subscriber_change) over so_far as bigint) as subscribers,
        cast(sum(new_subscribers + reactivation_subscribers - churn_subscribers) over so_far as bigint)
            as mrr_subscribers,
        cast(sum(churned_for_good_change) over so_far as bigint) as churn_standard_numerator,
        {% for stock in stocks %}
        cast(sum({{ stock }}_change) over so_far as bigint) as {{ stock }}_minor,
        {% endfor %}
        cast(sum(churn_subscribers) over thirty_days as bigint) as churn_stripe_numerator,
        cast(sum(new_subscribers) over thirty_days as bigint) as new_in_thirty_days
    from filled
    window
        so_far as (partition by connection, currency order by report_date),
        thirty_days as (
            partition by connection, currency
            order by report_date
            rows between 29 preceding and current row
        )
),

windowed as (
    select
        running.*,
        coalesce(
            lag(mrr_subscribers, 30) over (partition by connection, currency order by report_date), 0
        ) as churn_standard_denominator,
        mrr_change
        - new_mrr
        - reactivation_mrr
        - expansion_mrr
        + contraction_mrr
        + churn_mrr as transferred_mrr
    from running
),

converted as (
    select
        windowed.*,
        rates.rate,
        {% for amount in ['mrr', 'billed_mrr', 'paused_mrr'] %}
        {{ mrr_report_amount(
            'windowed.' ~ amount ~ '_minor', 'currencies.exponent', 'rates.rate', 'report_exponent.exponent'
        ) }} as {{ amount }},
        {% endfor %}
        {% for movement in movements %}
        {{ mrr_report_amount(
            'windowed.' ~ movement ~ '_mrr', 'currencies.exponent', 'rates.rate', 'report_exponent.exponent'
        ) }} as {{ movement }}_mrr_amount,
        {% endfor %}
        {{ mrr_report_amount(
            'windowed.transferred_mrr', 'currencies.exponent', 'rates.rate', 'report_exponent.exponent'
        ) }} as transferred_mrr_amount
    from windowed
    cross join report_exponent
    left join currencies on windowed.currency = currencies.currency
    left join rates on windowed.currency = rates.currency and windowed.report_date = rates.rate_date
),

opened as (
    select
        converted.*,
        cast(
            lag(mrr, 1, cast(0 * rate as numeric(38, 3))) over (
                partition by connection, currency
                order by report_date
            ) as numeric(38, 3)
        ) as opening_mrr
    from converted
)

select
    report_date,
    connection,
    currency,
    subscriptions_started,
    subscriptions_started_still_active,
    trials_started,
    trials_converted,
    trials_cancelled,
    trials_converted + trials_cancelled as trials_ended,
    retention_offers_started,
    cancellations_requested,
    cancellations,
    active_subscriptions,
    trialing_subscriptions,
    paused_subscriptions,
    subscribers,
    mrr_subscribers,
    new_subscribers,
    reactivation_subscribers as reactivated_subscribers,
    churn_subscribers as churned_subscribers,
    mrr_minor - mrr_change as opening_mrr_minor,
    new_mrr as new_mrr_minor,
    reactivation_mrr as reactivation_mrr_minor,
    expansion_mrr as expansion_mrr_minor,
    contraction_mrr as contraction_mrr_minor,
    churn_mrr as churn_mrr_minor,
    transferred_mrr as transferred_mrr_minor,
    mrr_minor,
    resumed_mrr as resumed_mrr_minor,
    pausing_mrr as pausing_mrr_minor,
    billed_mrr_minor,
    paused_mrr_minor,
    churn_stripe_numerator,
    churn_standard_denominator + new_in_thirty_days as churn_stripe_denominator,
    churn_standard_numerator,
    churn_standard_denominator,
    '{{ report_currency() }}' as report_currency,
    cast(rate as numeric(38, 18)) as report_rate,
    opening_mrr,
    new_mrr_amount as new_mrr,
    reactivation_mrr_amount as reactivation_mrr,
    expansion_mrr_amount as expansion_mrr,
    contraction_mrr_amount as contraction_mrr,
    churn_mrr_amount as churn_mrr,
    transferred_mrr_amount as transferred_mrr,
    cast(
        mrr
        - opening_mrr
        - new_mrr_amount
        - reactivation_mrr_amount
        - expansion_mrr_amount
        + contraction_mrr_amount
        + churn_mrr_amount
        - transferred_mrr_amount as numeric(38, 3)
    ) as fx_mrr,
    mrr,
    billed_mrr,
    paused_mrr,
    {{ as_of('subscriptions') }} as as_of
from opened
