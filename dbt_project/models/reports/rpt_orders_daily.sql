with orders as (
    select * from {{ ref('rpt_orders') }}
),

refunds as (
    select
        connection,
        currency,
        amount_minor,
        {{ local_date('refunded_at', report_timezone()) }} as report_date
    from {{ ref('fct_refunds') }}
    where order_id is not null and exclusion_reason is null
),

disputes as (
    select
        connection,
        currency,
        lost_minor,
        {{ local_date('withdrawn_at', report_timezone()) }} as report_date
    from {{ ref('fct_disputes') }}
    where is_lost and order_id is not null
),

by_order_date as (
    select
        report_date,
        connection,
        currency,
        sum(case when is_zero_amount then 0 else 1 end) as orders,
        sum(case when is_zero_amount or person_id is null then 0 else 1 end) as orders_matched,
        sum(revenue_minor) as revenue_minor,
        sum(case when order_status <> 'failed' then revenue_minor end) as revenue_excluding_failed_minor,
        sum(
            case when collected_minor > 0 and refunded_minor >= collected_minor then 0 else revenue_minor end
        ) as revenue_excluding_refunded_minor,
        sum(case when person_id is null then 0 else revenue_minor end) as revenue_matched_minor,
        sum(case when person_id is null then revenue_minor else 0 end) as revenue_unmatched_minor,
        sum(collected_minor) as collected_minor,
        sum(refunded_minor) as refunds_by_order_date_minor,
        sum(disputes_lost_minor) as disputes_lost_by_order_date_minor,
        sum(net_revenue_minor) as net_revenue_minor,
        sum(outstanding_minor) as outstanding_minor,
        sum(fees_minor) as fees_minor,
        sum(tax_minor) as tax_minor,
        sum(case when is_new_customer then 1 else 0 end) as new_customer_orders,
        sum(case when customer_order_number > 1 then 1 else 0 end) as returning_customer_orders,
        count(distinct case when collected_minor > 0 then payer_id end) as customers,
        count(distinct case when collected_minor > 0 then person_id end) as customers_matched
    from orders
    group by report_date, connection, currency
),

by_refund_date as (
    select
        report_date,
        connection,
        currency,
        sum(amount_minor) as refunds_by_refund_date_minor
    from refunds
    group by report_date, connection, currency
),

by_withdrawal_date as (
    select
        report_date,
        connection,
        currency,
        sum(lost_minor) as disputes_lost_by_withdrawal_date_minor
    from disputes
    group by report_date, connection, currency
),

days as (
    select
        report_date,
        connection,
        currency
    from by_order_date

    union

    select
        report_date,
        connection,
        currency
    from by_refund_date

    union

    select
        report_date,
        connection,
        currency
    from by_withdrawal_date
)

select
    days.report_date,
    days.connection,
    days.currency,
    cast(coalesce(by_order_date.orders, 0) as bigint) as orders,
    cast(coalesce(by_order_date.orders_matched, 0) as bigint) as orders_matched,
    cast(coalesce(by_order_date.revenue_minor, 0) as bigint) as revenue_minor,
    cast(
        coalesce(by_order_date.revenue_excluding_failed_minor, 0) as bigint
    ) as revenue_excluding_failed_minor,
    cast(
        coalesce(by_order_date.revenue_excluding_refunded_minor, 0) as bigint
    ) as revenue_excluding_refunded_minor,
    cast(coalesce(by_order_date.revenue_matched_minor, 0) as bigint) as revenue_matched_minor,
    cast(coalesce(by_order_date.revenue_unmatched_minor, 0) as bigint) as revenue_unmatched_minor,
    cast(coalesce(by_order_date.collected_minor, 0) as bigint) as collected_minor,
    cast(coalesce(by_order_date.refunds_by_order_date_minor, 0) as bigint) as refunds_by_order_date_minor,
    cast(
        coalesce(by_order_date.disputes_lost_by_order_date_minor, 0) as bigint
    ) as disputes_lost_by_order_date_minor,
    cast(coalesce(by_order_date.net_revenue_minor, 0) as bigint) as net_revenue_minor,
    cast(coalesce(by_order_date.outstanding_minor, 0) as bigint) as outstanding_minor,
    cast(coalesce(by_order_date.fees_minor, 0) as bigint) as fees_minor,
    cast(coalesce(by_order_date.tax_minor, 0) as bigint) as tax_minor,
    cast(coalesce(by_order_date.new_customer_orders, 0) as bigint) as new_customer_orders,
    cast(coalesce(by_order_date.returning_customer_orders, 0) as bigint) as returning_customer_orders,
    cast(coalesce(by_order_date.customers, 0) as bigint) as customers,
    cast(coalesce(by_order_date.customers_matched, 0) as bigint) as customers_matched,
    cast(coalesce(by_refund_date.refunds_by_refund_date_minor, 0) as bigint) as refunds_by_refund_date_minor,
    cast(
        coalesce(by_withdrawal_date.disputes_lost_by_withdrawal_date_minor, 0) as bigint
    ) as disputes_lost_by_withdrawal_date_minor
from days
left join by_order_date
    on
        days.report_date = by_order_date.report_date
        and days.connection = by_order_date.connection
        and days.currency = by_order_date.currency
left join by_refund_date
    on
        days.report_date = by_refund_date.report_date
        and days.connection = by_refund_date.connection
        and days.currency = by_refund_date.currency
left join by_withdrawal_date
    on
        days.report_date = by_withdrawal_date.report_date
        and days.connection = by_withdrawal_date.connection
        and days.currency = by_withdrawal_date.currency
