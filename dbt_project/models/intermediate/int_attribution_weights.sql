{{ config(indexes=[{'columns': ['model', 'channel'], 'unique': true}]) }}

with weights as (
    select * from {{ ref('stg_attribution__channel_weights') }}
    where model in ('markov', 'shapley')
)

-- A channel that takes away conversions earns nothing.
select
    model,
    channel,
    greatest(weight, 0) as weight,
    {{ whole_hash_sum(row_hash(['model', 'channel', 'weight'])) }} as weights_hash
from weights
