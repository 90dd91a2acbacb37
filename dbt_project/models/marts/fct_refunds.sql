with refunds as (
    select * from {{ ref('int_order_refunds') }}
    where status = 'succeeded'
),

orders as (
    select * from {{ ref('fct_orders') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

report_currencies as (
    {{ report_currency_row() }}
),

owned as (
    select
        refunds.connector,
        refunds.connection,
        refunds.refund_id,
        refunds.payment_id,
        refunds.order_id,
        case
            when orders.is_duplicate then coalesce(refunds.exclusion_reason, 'duplicate_order')
            else refunds.exclusion_reason
        end as exclusion_reason,
        refunds.reason as refund_reason,
        refunds.currency,
        refunds.amount_minor,
        sum(case when refunds.is_counted then refunds.amount_minor else 0 end) over (
            partition by refunds.connection, refunds.order_id
            order by refunds.created_at, refunds.refund_id
            rows unbounded preceding
        ) as refunded_so_far_minor,
        case when refunds.is_counted then refunds.amount_minor else 0 end as counted_minor,
        orders.report_currency,
        orders.report_rate,
        orders.payer_id,
        orders.person_id,
        orders.match_method,
        orders.ordered_at,
        refunds.charged_at,
        refunds.created_at as refunded_at
    from refunds
    left join orders
        on refunds.connection = orders.connection and refunds.order_id = orders.order_id
)

select
    owned.connector,
    owned.connection,
    owned.refund_id,
    owned.payment_id,
    owned.order_id,
    owned.exclusion_reason,
    owned.refund_reason,
    owned.currency,
    owned.amount_minor,
    owned.report_currency,
    case
        when owned.counted_minor = owned.amount_minor then {{ report_share(
            'owned.refunded_so_far_minor', 'owned.counted_minor', 'owned.report_rate',
            'currencies.exponent', 'report_currencies.exponent'
        ) }}
    end as amount,
    owned.payer_id,
    owned.person_id,
    owned.match_method,
    owned.ordered_at,
    owned.charged_at,
    owned.refunded_at
from owned
left join currencies on owned.currency = currencies.currency
left join report_currencies on true
