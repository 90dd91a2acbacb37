-- matched + unmatched + excluded = everything a source has, to the cent.
select * from {{ ref('rpt_reconciliation') }}
where difference_minor <> 0
