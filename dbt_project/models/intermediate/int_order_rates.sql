with orders as (
    select
        int_orders.*,
        {{ local_date('int_orders.ordered_at', report_timezone()) }} as order_date
    from {{ ref('int_orders') }} as int_orders
),

-- From the table, whose statistics know how few they are: else all orders are scanned for each charge.
foreign_orders as (
    select
        connection,
        order_id,
        {{ local_date('ordered_at', report_timezone()) }} as order_date
    from {{ ref('int_orders') }}
    where currency <> '{{ report_currency() }}'
),

charges as (
    select * from {{ ref('int_charges') }}
    where collected_minor > 0
),

payment_orders as (
    select * from {{ ref('int_payment_orders') }}
    where order_id is not null
),

owners as (
    select * from {{ ref('int_balance_owners') }} as movements
    where object_kind = 'charge' and is_held and {{ settles('movements') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

rates as (
    select * from {{ ref('int_report_rates') }}
),

-- Several captures settle one charge in several transactions; what was not captured is taken back in one.
settlements as (
    select
        connection,
        object_id as charge_id,
        currency as settlement_currency,
        sum(amount_minor) as settled_minor
    from owners
    group by connection, object_id, currency
),

settled_charges as (
    select
        foreign_orders.connection,
        foreign_orders.order_id,
        {{ major_amount('charges.collected_minor', 'charge_currencies.exponent') }} as charged,
        {{ major_amount('settlements.settled_minor', 'settlement_currencies.exponent') }}
        * rates.rate as settled
    from foreign_orders
    inner join payment_orders
        on
            foreign_orders.connection = payment_orders.connection
            and foreign_orders.order_id = payment_orders.order_id
    inner join charges
        on payment_orders.connection = charges.connection and payment_orders.payment_key = charges.payment_key
    inner join settlements
        on charges.connection = settlements.connection and charges.charge_id = settlements.charge_id
    left join currencies as charge_currencies on charges.currency = charge_currencies.currency
    left join currencies as settlement_currencies
        on settlements.settlement_currency = settlement_currencies.currency
    left join rates
        on settlements.settlement_currency = rates.currency and foreign_orders.order_date = rates.rate_date
),

-- What the money really brought; a part that cannot be converted leaves the whole to the table.
settled_orders as (
    select
        connection,
        order_id,
        case
            when count(settled) = count(*) then sum(settled) / nullif(sum(charged), 0)
        end as rate
    from settled_charges
    group by connection, order_id
)

select
    orders.connection,
    orders.order_id,
    orders.currency,
    orders.order_date,
    case
        when orders.currency = '{{ report_currency() }}' then 'same'
        when settled_orders.rate is not null then 'settled'
        when rates.rate is not null then 'table'
    end as rate_source,
    cast(
        case
            when orders.currency = '{{ report_currency() }}' then 1
            else coalesce(settled_orders.rate, rates.rate)
        end as numeric(38, 18)
    ) as report_rate
from orders
left join settled_orders
    on orders.connection = settled_orders.connection and orders.order_id = settled_orders.order_id
left join rates on orders.currency = rates.currency and orders.order_date = rates.rate_date
