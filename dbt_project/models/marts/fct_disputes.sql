with disputes as (
    select * from {{ ref('int_disputes') }}
),

fees as (
    select
        connection,
        object_id as dispute_id,
        cast(sum(fees_minor) as bigint) as fee_minor
    from {{ ref('int_object_fees') }}
    group by connection, object_id
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
        disputes.connection,
        disputes.dispute_id,
        disputes.charge_id as payment_id,
        disputes.order_id,
        case
            when orders.is_duplicate then coalesce(disputes.exclusion_reason, 'duplicate_order')
            else disputes.exclusion_reason
        end as exclusion_reason,
        disputes.status as dispute_status,
        disputes.reason as dispute_reason,
        disputes.currency,
        disputes.amount_minor,
        disputes.lost_minor,
        sum(disputes.lost_minor) over (
            partition by disputes.connection, disputes.order_id
            order by disputes.withdrawn_at, disputes.dispute_id
            rows unbounded preceding
        ) as lost_so_far_minor,
        coalesce(fees.fee_minor, 0) as fee_minor,
        disputes.disputed_currency,
        disputes.disputed_minor,
        disputes.is_lost,
        disputes.is_open,
        orders.report_currency,
        orders.report_rate,
        orders.payer_id,
        orders.person_id,
        orders.match_method,
        orders.ordered_at,
        disputes.charged_at,
        disputes.withdrawn_at,
        disputes.created_at as disputed_at
    from disputes
    left join fees
        on disputes.connection = fees.connection and disputes.dispute_id = fees.dispute_id
    left join orders
        on disputes.connection = orders.connection and disputes.order_id = orders.order_id
)

select
    owned.connection,
    owned.dispute_id,
    owned.payment_id,
    owned.order_id,
    owned.exclusion_reason,
    owned.dispute_status,
    owned.dispute_reason,
    owned.currency,
    owned.amount_minor,
    owned.lost_minor,
    owned.fee_minor,
    owned.disputed_currency,
    owned.disputed_minor,
    owned.is_lost,
    owned.is_open,
    owned.report_currency,
    {{ report_share(
        'owned.lost_so_far_minor', 'owned.lost_minor', 'owned.report_rate',
        'currencies.exponent', 'report_currencies.exponent'
    ) }} as lost,
    owned.payer_id,
    owned.person_id,
    owned.match_method,
    owned.ordered_at,
    owned.charged_at,
    owned.withdrawn_at,
    owned.disputed_at
from owned
left join currencies on owned.currency = currencies.currency
left join report_currencies on true
