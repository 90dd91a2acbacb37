{#- Measure of the daily table: expression over its ledger. `{}` stands for `_minor` and for nothing. -#}
{% set of_orders = {
    'revenue{}': 'revenue{}',
    'policy_revenue{}': 'policy_revenue{}',
    'collected{}': 'collected{}',
    'refunds_by_order_date{}': 'refunded{}',
    'disputes_lost_by_order_date{}': 'disputes_lost{}',
    'net_revenue{}': 'net_revenue{}',
    'outstanding{}': 'outstanding{}',
    'fees{}': 'fees{}',
    'tax{}': 'tax{}',
    'revenue_matched{}': 'case when match_method is not null then revenue{} else 0 end',
    'revenue_unmatched{}': 'case when match_method is null then revenue{} else 0 end',
    'new_customer_revenue{}': 'case when customer_order_number = 1 then revenue{} else 0 end',
    'returning_customer_revenue{}': 'case when customer_order_number > 1 then revenue{} else 0 end',
    'revenue_excluding_failed{}': "case when order_status = 'failed' then 0 else revenue{} end",
    'revenue_excluding_refunded{}':
        'case when collected_minor > 0 and refunded_minor >= collected_minor then 0 else revenue{} end'
} %}
{% set counts = {
    'orders': 'case when is_zero_amount then 0 else 1 end',
    'orders_matched': 'case when match_method is not null and not is_zero_amount then 1 else 0 end',
    'orders_failed': "case when order_status = 'failed' then 1 else 0 end",
    'orders_refunded': 'case when collected_minor > 0 and refunded_minor >= collected_minor then 1 else 0 end',
    'new_customer_orders': 'case when customer_order_number = 1 then 1 else 0 end',
    'returning_customer_orders': 'case when customer_order_number > 1 then 1 else 0 end'
} %}
{% set keys = ['report_date', 'connection', 'currency'] + labels() %}
{% set moved = {
    'payments': 'collected_by_payment_date', 'refunds': 'refunds_by_refund_date',
    'disputes': 'disputes_lost_by_withdrawal_date'
} %}

-- Every daily figure is the sum of its ledger rows; what has a date of its own is the sum of the facts. An
-- amount nobody can convert makes its day's sum unknown.
with orders as (
    select * from {{ ref('rpt_orders') }}
),

ledger as (
    select
        {{ keys | join(', ') }},
        {% for measure, expression in of_orders.items() %}
        sum({{ expression.format('_minor') }}) as {{ measure.format('_minor') }},
        case
            when count({{ expression.format('') }}) = count(*) then sum({{ expression.format('') }})
        end as {{ measure.format('') }},
        {% endfor %}
        {% for measure, expression in counts.items() %}
        sum({{ expression }}) as {{ measure }},
        {% endfor %}
        count(distinct case when collected_minor > 0 then payer_id end) as customers,
        count(distinct case when collected_minor > 0 then person_id end) as customers_matched
    from orders
    group by {{ keys | join(', ') }}
),

{% for name, amount, day in [
    ('payments', 'amount', 'paid_at'), ('refunds', 'amount', 'refunded_at'), ('disputes', 'lost', 'withdrawn_at')
] %}
{{ name }} as (
    select
        {{ local_date('facts.' ~ day, report_timezone()) }} as report_date,
        facts.connection,
        facts.currency,
        {% for label in labels() -%}
        orders.{{ label }},
        {% endfor -%}
        sum(facts.{{ amount }}_minor) as amount_minor,
        case when count(facts.{{ amount }}) = count(*) then sum(facts.{{ amount }}) end as amount
    from {{ ref('fct_' ~ name) }} as facts
    inner join orders on facts.connection = orders.connection and facts.order_id = orders.order_id
    where facts.exclusion_reason is null{{ " and facts.is_lost" if name == 'disputes' }}
    group by
        {{ local_date('facts.' ~ day, report_timezone()) }},
        facts.connection,
        facts.currency
        {%- for label in labels() -%}
        , orders.{{ label }}
        {%- endfor %}
),

{% endfor %}
daily as (
    select * from {{ ref('rpt_orders_daily') }}
),

keys as (
    {% for relation in ['ledger', 'payments', 'refunds', 'disputes', 'daily'] %}
    select {{ keys | join(', ') }}
    from {{ relation }}
    {% if not loop.last %}

    union

    {% endif %}
    {% endfor %}
)

select keys.*
from keys
{% for relation in ['ledger', 'payments', 'refunds', 'disputes', 'daily'] %}
left join {{ relation }}
    on
        keys.report_date = {{ relation }}.report_date
        and keys.connection = {{ relation }}.connection
        and keys.currency = {{ relation }}.currency
        {%- for label in labels() %}
        and keys.{{ label }} = {{ relation }}.{{ label }}
        {%- endfor %}
{% endfor %}
where
    daily.report_date is null
    {% for relation, measure in moved.items() %}
    or coalesce({{ relation }}.amount_minor, 0) <> daily.{{ measure }}_minor
    or case when {{ relation }}.report_date is null then 0 else {{ relation }}.amount end
    is distinct from daily.{{ measure }}
    {% endfor %}
    or daily.net_cash_minor
    <> coalesce(payments.amount_minor, 0)
    - coalesce(refunds.amount_minor, 0)
    - coalesce(disputes.amount_minor, 0)
    {% for measure in of_orders %}
    or coalesce(ledger.{{ measure.format('_minor') }}, 0) <> daily.{{ measure.format('_minor') }}
    or case when ledger.report_date is null then 0 else ledger.{{ measure.format('') }} end
    is distinct from daily.{{ measure.format('') }}
    {% endfor %}
    {% for measure in (counts | list) + ['customers', 'customers_matched'] %}
    or coalesce(ledger.{{ measure }}, 0) <> daily.{{ measure }}
    {% endfor %}
