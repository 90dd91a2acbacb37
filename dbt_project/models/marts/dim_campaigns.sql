with ads as (
    select * from {{ ref('dim_ads') }}
    where campaign_id is not null
),

spend as (
    select * from {{ ref('fct_ad_spend') }}
    where campaign_id is not null
),

-- Names stand on the days: the last one says what they are now.
days as (
    select
        spend.*,
        min(spend_date) over same_campaign as first_spend_date,
        max(spend_date) over same_campaign as last_spend_date,
        row_number() over (
            partition by connection, campaign_id
            order by spend_date desc, ad_day_id asc
        ) as day_rank
    from spend
    window same_campaign as (partition by connection, campaign_id)
),

spent as (
    select * from days
    where day_rank = 1
),

ad_ranks as (
    select
        ads.*,
        count(*) over (partition by connection, campaign_id) as count_ads,
        row_number() over (
            partition by connection, campaign_id
            order by case when campaign_name is null then 1 else 0 end asc, last_spend_date desc, ad_id asc
        ) as ad_rank
    from ads
),

listed as (
    select * from ad_ranks
    where ad_rank = 1
)

select
    coalesce(spent.connector, listed.connector) as connector,
    coalesce(spent.connection, listed.connection) as connection,
    coalesce(spent.account_id, listed.account_id) as account_id,
    coalesce(spent.account_name, listed.account_name) as account_name,
    coalesce(spent.campaign_id, listed.campaign_id) as campaign_id,
    coalesce(spent.campaign_name, listed.campaign_name) as campaign_name,
    spent.currency,
    coalesce(listed.count_ads, 0) as ads,
    spent.first_spend_date,
    spent.last_spend_date
from spent
full outer join listed
    on spent.connection = listed.connection and spent.campaign_id = listed.campaign_id
