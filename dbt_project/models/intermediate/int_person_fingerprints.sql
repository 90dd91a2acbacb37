{{ config(pre_hook="{{ with_memory() }}") }}

with persons as (
    select
        person_id,
        cast({{ record_hash('dim_persons') }} as {{ text_type() }}) as person_hash
    from {{ ref('dim_persons') }} as dim_persons
),

touches as (
    select
        person_id,
        count(*) as touches,
        {{ hash_sum(row_hash(['touchpoint_id', 'made_from'])) }} as touch_hash
    from {{ ref('fct_touchpoints') }}
    group by person_id
),

orders as (
    select
        person_id,
        count(*) as orders,
        {{ hash_sum(record_hash('person_orders')) }} as order_hash
    from {{ ref('int_person_orders') }} as person_orders
    group by person_id
),

everybody as (
    select person_id from persons
    union
    select person_id from touches
)

select
    everybody.person_id,
    md5(
        coalesce(persons.person_hash, '')
        || '|' || coalesce(cast(touches.touches as {{ text_type() }}) || ' ' || touches.touch_hash, '')
        || '|' || coalesce(cast(orders.orders as {{ text_type() }}) || ' ' || orders.order_hash, '')
    ) as fingerprint
from everybody
left join persons on everybody.person_id = persons.person_id
left join touches on everybody.person_id = touches.person_id
left join orders on everybody.person_id = orders.person_id
