{% set measures = {
    'revenue_minor': 'revenue_minor',
    'collected_minor': 'collected_minor',
    'refunds_by_order_date_minor': 'refunded_minor',
    'disputes_lost_by_order_date_minor': 'disputes_lost_minor',
    'net_revenue_minor': 'net_revenue_minor',
    'outstanding_minor': 'outstanding_minor',
    'fees_minor': 'fees_minor',
    'tax_minor': 'tax_minor',
    'orders': 'case when is_zero_amount then 0 else 1 end',
    'revenue_matched_minor': 'case when match_method is not null then revenue_minor else 0 end',
    'revenue_unmatched_minor': 'case when match_method is null then revenue_minor else 0 end',
    'revenue_excluding_failed_minor': "case when order_status <> 'failed' then revenue_minor else 0 end",
    'revenue_excluding_refunded_minor': 
        'case when collected_minor > 0 and refunded_minor >= collected_minor then 0 else revenue_minor end'
} %}

-- Every daily figure is the sum of its ledger rows; refunds and losses by their own date are the sum of
-- the refunds and disputes.
with ledger as (
    select
        report_date,
        connection,
        currency,
        {% for measure, expression in measures.items() %}
        sum({{ expression }}) as {{ measure }},
        {% endfor %}
        count(*) as ledger_rows
    from {{ ref('rpt_orders') }}
    group by report_date, connection, currency
),

refunds as (
    select
        {{ local_date('refunded_at', report_timezone()) }} as report_date,
        connection,
        currency,
        sum(amount_minor) as refunds_minor
    from {{ ref('fct_refunds') }}
    where exclusion_reason is null
    group by {{ local_date('refunded_at', report_timezone()) }}, connection, currency
),

disputes as (
    select
        {{ local_date('withdrawn_at', report_timezone()) }} as report_date,
        connection,
        currency,
        sum(lost_minor) as lost_minor
    from {{ ref('fct_disputes') }}
    where is_lost and exclusion_reason is null
    group by {{ local_date('withdrawn_at', report_timezone()) }}, connection, currency
),

keys as (
    select
        report_date,
        connection,
        currency
    from ledger

    union

    select
        report_date,
        connection,
        currency
    from refunds

    union

    select
        report_date,
        connection,
        currency
    from disputes

    union

    select
        report_date,
        connection,
        currency
    from {{ ref('rpt_orders_daily') }}
)

select keys.*
from keys
left join ledger
    on
        keys.report_date = ledger.report_date
        and keys.connection = ledger.connection
        and keys.currency = ledger.currency
left join refunds
    on
        keys.report_date = refunds.report_date
        and keys.connection = refunds.connection
        and keys.currency = refunds.currency
left join disputes
    on
        keys.report_date = disputes.report_date
        and keys.connection = disputes.connection
        and keys.currency = disputes.currency
left join {{ ref('rpt_orders_daily') }} as daily
    on
        keys.report_date = daily.report_date
        and keys.connection = daily.connection
        and keys.currency = daily.currency
where
    daily.report_date is null
    or coalesce(refunds.refunds_minor, 0) <> daily.refunds_by_refund_date_minor
    or coalesce(disputes.lost_minor, 0) <> daily.disputes_lost_by_withdrawal_date_minor
    {% for measure in measures %}
    or coalesce(ledger.{{ measure }}, 0) <> daily.{{ measure }}
    {% endfor %}
