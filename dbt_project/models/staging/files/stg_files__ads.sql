with ad_days as (
    select * from {{ ref('stg_files__ad_days') }}
),

latest as (
    select
        ad_days.*,
        row_number() over (
            partition by connection, account_id, campaign_id, ad_group_id, ad_id
            order by spend_date desc
        ) as day_rank
    from ad_days
    where landing_url is not null and not is_deleted
)

select
    connection,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    ad_name,
    landing_url,
    {{ url_parameter('landing_url', 'utm_source') }} as utm_source,
    {{ url_parameter('landing_url', 'utm_medium') }} as utm_medium,
    {{ url_parameter('landing_url', 'utm_campaign') }} as utm_campaign,
    {{ url_parameter('landing_url', 'utm_content') }} as utm_content,
    {{ url_parameter('landing_url', 'utm_term') }} as utm_term
from latest
where day_rank = 1
