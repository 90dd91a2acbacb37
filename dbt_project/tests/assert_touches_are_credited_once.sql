-- A touch stands once in a path: the models are written out from the paths, so every credit is one row too.
with order_paths as (
    select * from {{ ref('int_attribution_paths') }}
    where replaced_in is null
),

data_credits as (
    select * from {{ ref('int_attribution_data_credits') }}
),

lead_paths as (
    select * from {{ ref('int_lead_paths') }}
)

select
    'path of an order' as what,
    connection || ' ' || order_id as whose,
    touchpoint_id,
    count(*) as times
from order_paths
group by connection, order_id, touchpoint_id
having count(*) > 1 or connection is null or order_id is null

union all

select
    model as what,
    connection || ' ' || order_id as whose,
    touchpoint_id,
    count(*) as times
from data_credits
group by model, connection, order_id, touchpoint_id
having count(*) > 1 or touchpoint_id is null

union all

select
    'path of a lead' as what,
    person_id as whose,
    touchpoint_id,
    count(*) as times
from lead_paths
group by person_id, touchpoint_id
having count(*) > 1 or person_id is null
