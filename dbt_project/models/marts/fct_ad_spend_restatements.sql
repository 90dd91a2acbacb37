{#
  A row that vanished from its day counts 0 from then on, so the changes of a day always sum to what stands.
#}
with readings as (
    select
        connector,
        connection,
        ad_day_id,
        account_id,
        campaign_id,
        ad_id,
        spend_date,
        currency,
        case when is_deleted then 0 else spend_micros end as spend_micros,
        case when is_deleted then 0 else impressions end as impressions,
        case when is_deleted then 0 else clicks end as clicks,
        is_deleted as is_vanished,
        is_current,
        read_at
    from {{ ref('int_ad_day_readings') }}
),

compared as (
    select
        readings.*,
        row_number() over same_day as position,
        spend_micros - coalesce(lag(spend_micros) over same_day, 0) as spend_change_micros,
        impressions - coalesce(lag(impressions) over same_day, 0) as impressions_change,
        clicks - coalesce(lag(clicks) over same_day, 0) as clicks_change
    from readings
    window
        same_day as (
            partition by connection, ad_day_id
            order by read_at, case when is_current then 1 else 0 end
        )
),

-- An equal reading is no restatement.
moved as (
    select * from compared
    where position = 1 or spend_change_micros <> 0 or impressions_change <> 0 or clicks_change <> 0
)

select
    connector,
    connection,
    ad_day_id,
    row_number() over (partition by connection, ad_day_id order by position) as reading_number,
    spend_date,
    account_id,
    campaign_id,
    ad_id,
    currency,
    spend_micros,
    spend_change_micros,
    impressions,
    impressions_change,
    clicks,
    clicks_change,
    position = 1 as is_first_seen,
    is_vanished,
    read_at,
    min(read_at) over same_day as first_seen_at,
    max(case when position > 1 then read_at end) over same_day as last_moved_at
from moved
window same_day as (partition by connection, ad_day_id)
