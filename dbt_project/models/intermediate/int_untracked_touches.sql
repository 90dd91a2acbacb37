with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

labels as (
    select * from {{ ref('int_untracked_labels') }}
)

select
    labels.channel,
    labels.source,
    labels.medium,
    labels.campaign,
    count(*) as touches,
    count(distinct touchpoints.person_id) as persons,
    min(touchpoints.touched_at) as first_touched_at,
    max(touchpoints.touched_at) as last_touched_at
from touchpoints
inner join labels on touchpoints.label_id = labels.label_id
group by labels.channel, labels.source, labels.medium, labels.campaign
