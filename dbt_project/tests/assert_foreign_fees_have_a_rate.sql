-- A fee settled in another currency needs the charge's own rate: without one the order's fees would be short.
select * from {{ ref('int_order_fees') }}
where unconverted_fees > 0
