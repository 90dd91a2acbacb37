with ads as (
    select * from {{ ref('dim_ads') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

-- Without ads, as in files by campaign and in Performance Max, the link stands with the campaign itself.
tagged as (
    select
        connection,
        campaign_id,
        utm_source,
        utm_campaign
    from ads

    union all

    select
        connection,
        campaign_id,
        utm_source,
        utm_campaign
    from {{ ref('int_ads') }}
    where ad_id is null
),

names as (
    select
        'ad_id' as name_kind,
        ad_id as name,
        connection,
        campaign_id,
        ad_id
    from ads

    union all

    select
        'ad_utm' as name_kind,
        {{ utm_set(['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term']) }} as name,
        connection,
        campaign_id,
        ad_id
    from ads

    union all

    select
        'campaign_id' as name_kind,
        campaign_id as name,
        connection,
        campaign_id,
        cast(null as {{ text_type() }}) as ad_id
    from campaigns

    union all

    -- The same campaign name on two platforms is told apart by the source its ads name.
    select
        'campaign_of_source' as name_kind,
        lower(utm_source) || '|' || {{ campaign_alias('utm_campaign') }} as name,
        connection,
        campaign_id,
        cast(null as {{ text_type() }}) as ad_id
    from tagged

    union all

    select
        'campaign_alias' as name_kind,
        {{ campaign_alias('utm_campaign') }} as name,
        connection,
        campaign_id,
        cast(null as {{ text_type() }}) as ad_id
    from tagged

    union all

    select
        'campaign_alias' as name_kind,
        {{ campaign_alias('campaign_name') }} as name,
        connection,
        campaign_id,
        cast(null as {{ text_type() }}) as ad_id
    from campaigns
),

distinct_names as (
    select distinct
        name_kind,
        name,
        connection,
        campaign_id,
        ad_id
    from names
    where name is not null and campaign_id is not null
),

counted as (
    select
        distinct_names.*,
        count(*) over (partition by name_kind, name) as bearers
    from distinct_names
)

-- A name that two bear names nobody.
select
    name_kind,
    name,
    connection,
    campaign_id,
    ad_id
from counted
where bearers = 1
