with subscriptions as (
    select * from {{ ref('fct_subscriptions') }}
    where has_started
),

clock as (
    select * from {{ ref('int_subscription_clock') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

rates as (
    select * from {{ ref('int_report_rates') }}
),

report_exponent as (
    select exponent
    from {{ ref('currencies') }}
    where currency = '{{ report_currency() }}'
),

orders as (
    select
        connection,
        subscription_id,
        order_id,
        ordered_at
    from {{ ref('fct_orders') }}
    where subscription_id is not null and not is_duplicate
),

order_labels as (
    select * from {{ ref('int_order_labels') }}
),

-- All orders of a subscription follow the touches of its first; the bill of nothing for a trial has no row.
labelled_orders as (
    select
        orders.connection,
        orders.subscription_id,
        order_labels.channel,
        order_labels.source,
        order_labels.medium,
        order_labels.campaign,
        order_labels.touchpoint_id,
        row_number() over (
            partition by orders.connection, orders.subscription_id
            order by orders.ordered_at, orders.order_id
        ) as order_rank
    from orders
    inner join order_labels
        on orders.connection = order_labels.connection and orders.order_id = order_labels.order_id
),

person_contacts as (
    select
        person_id,
        {{ text_list('contact_id', 'created_at, connection, contact_id') }} as contact_ids
    from {{ ref('dim_contacts') }}
    group by person_id
)

select
    subscriptions.connection,
    subscriptions.subscription_id,
    {{ local_date('subscriptions.started_at', report_timezone()) }} as report_date,
    subscriptions.connector,
    subscriptions.state,
    subscriptions.state in ('trialing', 'active', 'past_due', 'paused') as is_still_active,
    subscriptions.currency,
    subscriptions.mrr_minor,
    subscriptions.billed_mrr_minor,
    subscriptions.paused_mrr_minor,
    '{{ report_currency() }}' as report_currency,
    cast(rates.rate as numeric(38, 18)) as report_rate,
    {{ mrr_report_amount(
        'subscriptions.mrr_minor', 'currencies.exponent', 'rates.rate', 'report_exponent.exponent'
    ) }} as mrr,
    {{ mrr_report_amount(
        'subscriptions.billed_mrr_minor', 'currencies.exponent', 'rates.rate', 'report_exponent.exponent'
    ) }} as billed_mrr,
    {{ mrr_report_amount(
        'subscriptions.paused_mrr_minor', 'currencies.exponent', 'rates.rate', 'report_exponent.exponent'
    ) }} as paused_mrr,
    subscriptions.price_ids,
    subscriptions.trial_outcome,
    subscriptions.started_at,
    subscriptions.trial_started_at,
    subscriptions.trial_ends_at,
    subscriptions.converted_at,
    subscriptions.cancellation_requested_at,
    subscriptions.churned_at,
    subscriptions.ended_at,
    {{ local_date('subscriptions.trial_started_at', report_timezone()) }} as trial_start_date,
    {{ local_date('subscriptions.converted_at', report_timezone()) }} as conversion_date,
    case
        when subscriptions.trial_outcome = 'converted'
            then {{ local_date('subscriptions.converted_at', report_timezone()) }}
        when subscriptions.trial_outcome = 'cancelled'
            then {{ local_date('subscriptions.ended_at', report_timezone()) }}
    end as trial_end_date,
    {{ local_date('subscriptions.cancellation_requested_at', report_timezone()) }}
        as cancellation_request_date,
    {{ local_date('subscriptions.ended_at', report_timezone()) }} as end_date,
    subscriptions.subscriber_id,
    subscriptions.person_id,
    person_contacts.contact_ids,
    subscriptions.match_method,
    subscriptions.match_email,
    subscriptions.customer_id,
    {% for label in labels() -%}
    {{ labelled('labelled_orders.' ~ label) }} as {{ label }},
    {% endfor -%}
    labelled_orders.touchpoint_id as labelling_touchpoint_id
from subscriptions
cross join clock
cross join report_exponent
left join currencies on subscriptions.currency = currencies.currency
left join rates on subscriptions.currency = rates.currency and clock.as_of_date = rates.rate_date
left join labelled_orders
    on
        subscriptions.connection = labelled_orders.connection
        and subscriptions.subscription_id = labelled_orders.subscription_id
        and labelled_orders.order_rank = 1
left join person_contacts on subscriptions.person_id = person_contacts.person_id
where subscriptions.started_at <= clock.as_of_at
