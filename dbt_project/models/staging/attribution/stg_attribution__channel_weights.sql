select
    model,
    channel,
    weight
from {{ source('attribution', 'channel_weights') }}
