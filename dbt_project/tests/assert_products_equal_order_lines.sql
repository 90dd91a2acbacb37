-- What the products of a day sold is what the order lines of the day say, line by line.
with ledger as (
    select
        {{ local_date('ordered_at', report_timezone()) }} as report_date,
        connection,
        currency,
        count(*) as order_lines,
        sum(amount_minor) as amount_minor,
        sum(discount_minor) as discount_minor,
        sum(amount) as amount
    from {{ ref('fct_order_lines') }}
    where not is_duplicate
    group by {{ local_date('ordered_at', report_timezone()) }}, connection, currency
),

daily as (
    select
        report_date,
        connection,
        currency,
        sum(order_lines) as order_lines,
        sum(amount_minor) as amount_minor,
        sum(discount_minor) as discount_minor,
        case when count(amount) = count(*) then sum(amount) end as amount
    from {{ ref('rpt_orders_products_daily') }}
    group by report_date, connection, currency
)

select
    coalesce(ledger.report_date, daily.report_date) as report_date,
    coalesce(ledger.connection, daily.connection) as connection,
    coalesce(ledger.currency, daily.currency) as currency
from ledger
full outer join daily
    on
        ledger.report_date = daily.report_date
        and ledger.connection = daily.connection
        and ledger.currency = daily.currency
where
    ledger.report_date is null
    or daily.report_date is null
    or ledger.order_lines <> daily.order_lines
    or ledger.amount_minor <> daily.amount_minor
    or ledger.discount_minor <> daily.discount_minor
    or ledger.amount <> daily.amount
