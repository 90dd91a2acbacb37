-- Per UTC day, currency and kind of object, both sides sum to the same.
select * from {{ ref('int_balance_days') }}
where difference_minor <> 0
