with labels as (
    select * from {{ ref('int_touch_labels') }}
    where channel in ('paid', 'display') or campaign_id is not null
),

spent as (
    select distinct
        connection,
        campaign_id
    from {{ ref('int_ad_spend_days') }}
)

-- Advertising by its channel or its name, of which no ad account knows any spend.
select
    labels.label_id,
    labels.channel,
    labels.source,
    labels.medium,
    coalesce(labels.campaign, '(none)') as campaign
from labels
left join spent
    on labels.ad_connection = spent.connection and labels.campaign_id = spent.campaign_id
where spent.campaign_id is null
