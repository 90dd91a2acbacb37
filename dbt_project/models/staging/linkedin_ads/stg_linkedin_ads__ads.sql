with documents as (
    {{ raw_documents('linkedin_ads', 'creatives') }}
),

campaign_documents as (
    {{ raw_documents('linkedin_ads', 'campaigns') }}
),

ads as (
    select
        documents.connection,
        {{ json_urn_id('documents.data', 'account') }} as account_id,
        {{ json_urn_id('campaign_documents.data', 'campaignGroup') }} as campaign_id,
        {{ json_urn_id('documents.data', 'campaign') }} as ad_group_id,
        documents.id as ad_id,
        {{ json_text('documents.data', 'name') }} as ad_name,
        coalesce(
            {{ json_text('documents.data', 'content.textAd.landingPage') }},
            {{ json_text('documents.data', 'content.spotlight.landingPage') }}
        ) as landing_url
    from documents
    left join campaign_documents
        on
            documents.connection = campaign_documents.connection
            and {{ json_urn_id('documents.data', 'campaign') }} = campaign_documents.id
),

queries as (
    select
        *,
        {{ url_query('landing_url') }} as query
    from ads
)

select
    connection,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    ad_name,
    landing_url,
    {{ url_decoded(query_parameter('query', 'utm_source')) }} as utm_source,
    {{ url_decoded(query_parameter('query', 'utm_medium')) }} as utm_medium,
    {{ url_decoded(query_parameter('query', 'utm_campaign')) }} as utm_campaign,
    {{ url_decoded(query_parameter('query', 'utm_content')) }} as utm_content,
    {{ url_decoded(query_parameter('query', 'utm_term')) }} as utm_term
from queries
