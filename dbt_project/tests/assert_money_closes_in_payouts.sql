-- Every automatic payout paid out the net of the balance transactions it lists.
select * from {{ ref('int_balance_gaps') }}
where reason in ('list_missing', 'listed_transaction_missing', 'payout_differs')
