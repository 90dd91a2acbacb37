{#
  Every measure of money twice: `{}` stands for `_minor` in the order's currency, and for nothing in the report currency.
  by_order_date sums rows of rpt_orders, the others facts by the day the money moved.
#}
{% set by_order_date = {
    'revenue{}': 'revenue{}',
    'policy_revenue{}': 'policy_revenue{}',
    'revenue_excluding_failed{}': "case when order_status <> 'failed' then revenue{} else 0 end",
    'revenue_excluding_refunded{}': 'case when is_refunded_in_full then 0 else revenue{} end',
    'revenue_matched{}': 'case when person_id is null then 0 else revenue{} end',
    'revenue_unmatched{}': 'case when person_id is null then revenue{} else 0 end',
    'new_customer_revenue{}': 'case when is_new_customer then revenue{} else 0 end',
    'returning_customer_revenue{}': 'case when customer_order_number > 1 then revenue{} else 0 end',
    'collected{}': 'collected{}',
    'refunds_by_order_date{}': 'refunded{}',
    'disputes_lost_by_order_date{}': 'disputes_lost{}',
    'net_revenue{}': 'net_revenue{}',
    'outstanding{}': 'outstanding{}',
    'fees{}': 'fees{}',
    'tax{}': 'tax{}'
} %}
{% set counts = {
    'orders': 'case when is_zero_amount then 0 else 1 end',
    'orders_matched': 'case when is_zero_amount or person_id is null then 0 else 1 end',
    'orders_failed': "case when order_status = 'failed' then 1 else 0 end",
    'orders_refunded': 'case when is_refunded_in_full then 1 else 0 end',
    'new_customer_orders': 'case when is_new_customer then 1 else 0 end',
    'returning_customer_orders': 'case when customer_order_number > 1 then 1 else 0 end'
} %}
{% set by_cash_date = {
    'collected_by_payment_date': 'by_payment_date',
    'refunds_by_refund_date': 'by_refund_date',
    'disputes_lost_by_withdrawal_date': 'by_withdrawal_date'
} %}
{% set movements = [
    ('by_payment_date', 'fct_payments', 'facts.connector', 'amount', 'paid_at'),
    ('by_refund_date', 'fct_refunds', 'facts.connector', 'amount', 'refunded_at'),
    ('by_withdrawal_date', 'fct_disputes', "'stripe'", 'lost', 'withdrawn_at')
] %}
{% set relations = ['by_order_date'] + movements | map('first') | list %}
{% set keys = ['report_date', 'connector', 'connection', 'currency'] + labels() %}

with orders as (
    select
        rpt_orders.*,
        collected_minor > 0 and refunded_minor >= collected_minor as is_refunded_in_full
    from {{ ref('rpt_orders') }} as rpt_orders
),

by_order_date as (
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- for measure, expression in counts.items() %}
        cast(sum({{ expression }}) as bigint) as {{ measure }},
        {%- endfor %}
        {%- for measure, expression in by_order_date.items() %}
        cast(sum({{ expression.format('_minor') }}) as bigint) as {{ measure.format('_minor') }},
        {{ known_sum(expression.format('')) }} as {{ measure.format('') }},
        {%- endfor %}
        count(distinct case when collected_minor > 0 then payer_id end) as customers,
        count(distinct case when collected_minor > 0 then person_id end) as customers_matched
    from orders
    group by {{ keys | join(', ') }}
),

-- Money moves on its own day, under the labels of its order.
{% for relation, fact, connector, amount, day in movements %}
{{ relation }}_rows as (
    select
        {{ local_date('facts.' ~ day, report_timezone()) }} as report_date,
        {{ connector }} as connector,
        facts.connection,
        facts.currency,
        {%- for label in labels() %}
        {{ labelled('orders.' ~ label) }} as {{ label }},
        {%- endfor %}
        cast(facts.{{ amount }}_minor as bigint) as amount_minor,
        cast(facts.{{ amount }} as numeric(38, 3)) as amount
    from {{ ref(fact) }} as facts
    left join orders on facts.connection = orders.connection and facts.order_id = orders.order_id
    where facts.exclusion_reason is null{{ " and facts.is_lost" if fact == 'fct_disputes' }}
),

{{ relation }} as (
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        cast(sum(amount_minor) as bigint) as amount_minor,
        {{ known_sum('amount') }} as amount
    from {{ relation }}_rows
    group by {{ keys | join(', ') }}
),

{% endfor %}
days as (
    {% for relation in relations %}
    select {{ keys | join(', ') }}
    from {{ relation }}
    {% if not loop.last %}

    union

    {% endif %}
    {% endfor %}
),

-- A day without rows of a kind has none of it, not an unknown sum.
filled as (
    select
        {%- for key in keys %}
        days.{{ key }},
        {%- endfor %}
        {%- for measure in counts %}
        coalesce(by_order_date.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        {%- for measure in by_order_date %}
        coalesce(by_order_date.{{ measure.format('_minor') }}, 0) as {{ measure.format('_minor') }},
        case
            when by_order_date.report_date is null then 0 else by_order_date.{{ measure.format('') }}
        end as {{ measure.format('') }},
        {%- endfor %}
        {%- for measure, relation in by_cash_date.items() %}
        coalesce({{ relation }}.amount_minor, 0) as {{ measure }}_minor,
        case
            when {{ relation }}.report_date is null then 0 else {{ relation }}.amount
        end as {{ measure }},
        {%- endfor %}
        coalesce(by_order_date.customers, 0) as customers,
        coalesce(by_order_date.customers_matched, 0) as customers_matched
    from days
    {% for relation in relations %}
    left join {{ relation }}
        on
            days.report_date = {{ relation }}.report_date
            and days.connection = {{ relation }}.connection
            and days.currency = {{ relation }}.currency
            {%- for label in labels() %}
            and days.{{ label }} = {{ relation }}.{{ label }}
            {%- endfor %}
    {% endfor %}
)

select
    {%- for key in keys %}
    {{ key }},
    {%- endfor %}
    {%- for measure in counts %}
    {{ measure }},
    {%- endfor %}
    customers,
    customers_matched,
    {%- for measure in by_order_date %}
    {{ measure.format('_minor') }},
    {%- endfor %}
    {%- for measure in by_cash_date %}
    {{ measure }}_minor,
    {%- endfor %}
    cast(
        collected_by_payment_date_minor
        - refunds_by_refund_date_minor
        - disputes_lost_by_withdrawal_date_minor as bigint
    ) as net_cash_minor,
    '{{ report_currency() }}' as report_currency,
    {%- for measure in by_order_date %}
    cast({{ measure.format('') }} as numeric(38, 3)) as {{ measure.format('') }},
    {%- endfor %}
    {%- for measure in by_cash_date %}
    cast({{ measure }} as numeric(38, 3)) as {{ measure }},
    {%- endfor %}
    cast(
        collected_by_payment_date
        - refunds_by_refund_date
        - disputes_lost_by_withdrawal_date as numeric(38, 3)
    ) as net_cash,
    {{ as_of('orders') }} as as_of
from filled
