-- An ad that stands in several ad groups is one ad: the first of them names it.
with listed_places as (
    select
        ads.*,
        row_number() over (
            partition by connection, ad_id
            order by account_id, campaign_id, ad_group_id
        ) as place_rank
    from {{ ref('int_ads') }} as ads
    where ad_id is not null
),

listed as (
    select * from listed_places
    where place_rank = 1
),

ad_days as (
    select * from {{ ref('int_ad_days') }}
    where ad_id is not null and not is_deleted
),

-- Names stand on the days: the last one says what they are now.
spent as (
    select
        ad_days.*,
        min(spend_date) over same_ad as first_spend_date,
        max(spend_date) over same_ad as last_spend_date,
        row_number() over (
            partition by connection, ad_id
            order by spend_date desc, ad_day_id asc
        ) as day_rank
    from ad_days
    window same_ad as (partition by connection, ad_id)
),

last_days as (
    select * from spent
    where day_rank = 1
)

select
    coalesce(listed.connector, last_days.connector) as connector,
    coalesce(listed.connection, last_days.connection) as connection,
    coalesce(listed.account_id, last_days.account_id) as account_id,
    last_days.account_name,
    coalesce(listed.campaign_id, last_days.campaign_id) as campaign_id,
    last_days.campaign_name,
    coalesce(listed.ad_group_id, last_days.ad_group_id) as ad_group_id,
    last_days.ad_group_name,
    coalesce(listed.ad_id, last_days.ad_id) as ad_id,
    coalesce(listed.ad_name, last_days.ad_name) as ad_name,
    listed.landing_url,
    listed.utm_source,
    listed.utm_medium,
    listed.utm_campaign,
    listed.utm_content,
    listed.utm_term,
    listed.ad_id is not null as is_listed,
    last_days.first_spend_date,
    last_days.last_spend_date
from listed
full outer join last_days
    on listed.connection = last_days.connection and listed.ad_id = last_days.ad_id
