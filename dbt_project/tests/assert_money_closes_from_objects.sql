-- Every charge, refund, dispute and payout that moved money owns balance transactions that are there, and of
-- its amount.
select * from {{ ref('int_balance_gaps') }}
where reason in ('transaction_missing', 'no_transaction', 'amount_differs')
