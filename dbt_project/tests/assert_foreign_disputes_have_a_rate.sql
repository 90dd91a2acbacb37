-- A loss in another currency needs the charge's own rate: without one the order's losses would be short.
select * from {{ ref('fct_disputes') }}
where lost_minor is null
