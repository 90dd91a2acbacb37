-- matched + unmatched + excluded = everything Stripe has, to the cent.
select * from {{ ref('rpt_reconciliation') }}
where difference_minor <> 0
