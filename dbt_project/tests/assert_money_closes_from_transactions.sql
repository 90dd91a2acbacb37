-- Every balance transaction of a charge, refund, dispute or payout belongs to one that is there.
select * from {{ ref('int_balance_gaps') }}
where reason = 'source_missing'
