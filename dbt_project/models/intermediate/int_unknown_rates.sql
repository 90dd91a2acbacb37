with orders as (
    select * from {{ ref('int_order_rates') }}
    where report_rate is null
)

select
    'orders' as counted_in,
    currency,
    order_date as rate_date,
    count(*) as amounts
from orders
group by currency, order_date
