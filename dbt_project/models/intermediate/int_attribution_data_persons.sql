with persons as (
    select * from {{ ref('int_attribution_persons') }}
    where fingerprint is not null
),

weights as (
    select max(weights_hash) as weights_hash
    from {{ ref('int_attribution_weights') }}
)

-- Without weights nobody is here, and whatever former ones credited goes.
select
    persons.person_id,
    md5(persons.fingerprint || '|' || weights.weights_hash) as fingerprint
from persons
inner join weights on weights.weights_hash is not null
