with orders as (
    select * from {{ ref('fct_orders') }}
    where not is_duplicate
),

currencies as (
    select * from {{ ref('currencies') }}
),

order_labels as (
    select * from {{ ref('int_order_labels') }}
),

person_contacts as (
    select
        person_id,
        {{ text_list('contact_id', 'created_at, connection, contact_id') }} as contact_ids
    from {{ ref('dim_contacts') }}
    group by person_id
)

select
    orders.connector,
    orders.processor,
    orders.connection,
    orders.order_id,
    {{ local_date('orders.ordered_at', report_timezone()) }} as report_date,
    orders.order_source,
    orders.order_status,
    orders.is_zero_amount,
    orders.currency,
    orders.revenue_minor,
    orders.policy_revenue_minor,
    orders.collected_minor,
    orders.refunded_minor,
    orders.disputes_lost_minor,
    orders.net_revenue_minor,
    orders.outstanding_minor,
    orders.tax_minor,
    orders.fees_minor,
    {{ major_units('orders.revenue_minor', 'currencies.exponent') }} as amount,
    orders.report_currency,
    orders.report_rate,
    orders.revenue,
    orders.policy_revenue,
    orders.collected,
    orders.refunded,
    orders.disputes_lost,
    orders.net_revenue,
    orders.outstanding,
    orders.tax,
    orders.fees,
    orders.settlement_currency,
    orders.settled_fees_minor,
    orders.settled_net_minor,
    orders.order_lines,
    orders.attempts,
    orders.ordered_at,
    orders.finalized_at,
    orders.paid_at,
    orders.payer_id,
    orders.person_id,
    person_contacts.contact_ids,
    orders.match_method,
    orders.match_email,
    orders.matched_contact_id,
    orders.unmatched_reason,
    orders.nearest_contact_id,
    orders.customer_order_number,
    orders.is_new_customer,
    orders.stripe_customer_id,
    orders.stripe_subscription_id,
    orders.subscription_id,
    orders.subscription_first_order_id,
    {% for label in labels() -%}
    {{ labelled('order_labels.' ~ label) }} as {{ label }},
    {% endfor -%}
    order_labels.touchpoint_id as labelling_touchpoint_id
from orders
left join currencies on orders.currency = currencies.currency
left join order_labels
    on orders.connection = order_labels.connection and orders.order_id = order_labels.order_id
left join person_contacts on orders.person_id = person_contacts.person_id
