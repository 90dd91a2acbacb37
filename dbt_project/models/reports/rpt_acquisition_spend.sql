with spend as (
    select * from {{ ref('fct_ad_spend') }}
),

rates as (
    select * from {{ ref('int_report_rates') }}
),

-- How often touches that an ad or its campaign brought carry which words.
touched as (
    select
        ad_connection,
        campaign_id,
        ad_id,
        {% for label in labels() -%}
        {{ labelled(label) }} as {{ label }},
        {% endfor -%}
        count(*) as touches
    from {{ ref('fct_touchpoints') }}
    where ad_connection is not null and campaign_id is not null
    group by ad_connection, campaign_id, ad_id, channel, source, medium, campaign
),

ad_words as (
    select
        touched.*,
        row_number() over (
            partition by ad_connection, ad_id
            order by touches desc, channel asc, source asc, medium asc, campaign asc
        ) as word_rank
    from touched
    where ad_id is not null
),

campaign_touches as (
    select
        ad_connection,
        campaign_id,
        channel,
        source,
        medium,
        campaign,
        sum(touches) as touches
    from touched
    group by ad_connection, campaign_id, channel, source, medium, campaign
),

campaign_words as (
    select
        campaign_touches.*,
        row_number() over (
            partition by ad_connection, campaign_id
            order by touches desc, channel asc, source asc, medium asc, campaign asc
        ) as word_rank
    from campaign_touches
),

converted as (
    select
        spend.*,
        case when spend.currency = '{{ report_currency() }}' then 1 else rates.rate end as report_rate
    from spend
    left join rates on spend.currency = rates.currency and spend.spend_date = rates.rate_date
)

select
    converted.connection,
    converted.ad_day_id,
    converted.spend_date as report_date,
    converted.connector,
    converted.account_id,
    converted.campaign_id,
    converted.campaign_name,
    converted.ad_id,
    converted.ad_name,
    converted.currency,
    converted.spend_micros,
    '{{ report_currency() }}' as report_currency,
    coalesce(ad_words.channel, campaign_words.channel, 'paid') as channel,
    coalesce(ad_words.source, campaign_words.source, converted.connector) as source,
    coalesce(ad_words.medium, campaign_words.medium, '(none)') as medium,
    coalesce(ad_words.campaign, campaign_words.campaign, '(untracked)') as campaign,
    cast(
        round(cast(converted.spend_micros as numeric) * converted.report_rate / 1000000, 6) as numeric(38, 6)
    ) as ad_spend
from converted
left join ad_words
    on
        converted.connection = ad_words.ad_connection
        and converted.ad_id = ad_words.ad_id
        and ad_words.word_rank = 1
left join campaign_words
    on
        converted.connection = campaign_words.ad_connection
        and converted.campaign_id = campaign_words.campaign_id
        and campaign_words.word_rank = 1
