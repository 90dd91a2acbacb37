{{ config(indexes=[{'columns': ['label_id'], 'unique': true}]) }}

with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
)

select distinct
    label_id,
    channel,
    source,
    medium,
    campaign,
    ad_connection,
    campaign_id,
    ad_id
from touchpoints
