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

-- Names stand on the days: what a click was sent with is what its campaign was called then.
names_of_days as (
    select distinct
        connection,
        campaign_id,
        campaign_name
    from {{ ref('fct_ad_spend') }}
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

all_names as (
    select
        names.*,
        0 as is_former
    from names

    union all

    select
        'campaign_alias' as name_kind,
        {{ campaign_alias('campaign_name') }} as name,
        connection,
        campaign_id,
        cast(null as {{ text_type() }}) as ad_id,
        1 as is_former
    from names_of_days
),

distinct_names as (
    select
        name_kind,
        name,
        connection,
        campaign_id,
        ad_id,
        min(is_former) as is_former
    from all_names
    where name is not null and campaign_id is not null
    group by name_kind, name, connection, campaign_id, ad_id
),

ranked as (
    select
        distinct_names.*,
        min(is_former) over (partition by name_kind, name) as best
    from distinct_names
),

-- Who bears a name now comes before who bore it.
counted as (
    select
        ranked.*,
        count(*) over (partition by name_kind, name) as bearers
    from ranked
    where is_former = best
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
