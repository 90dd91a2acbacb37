with ad_documents as (
    {{ raw_documents('google_ads', 'ads') }}
),

account_documents as (
    {{ raw_documents('google_ads', 'accounts') }}
),

campaign_documents as (
    {{ raw_documents('google_ads', 'campaigns') }}
),

ad_group_documents as (
    {{ raw_documents('google_ads', 'ad_groups') }}
),

-- A campaign that lists no ads, such as Performance Max, leads with its own parameters and its account's.
documents as (
    select
        connection,
        data
    from ad_documents

    union all

    select
        connection,
        data
    from campaign_documents
    where
        not exists (
            select 1 from ad_documents
            where
                ad_documents.connection = campaign_documents.connection
                and {{ json_text('ad_documents.data', 'campaign.id') }}
                = {{ json_text('campaign_documents.data', 'campaign.id') }}
        )
),

-- What is set closest to the ad holds; a custom parameter by its own name.
ads as (
    select
        documents.connection,
        {{ json_text('documents.data', 'customer.id') }} as account_id,
        {{ json_text('documents.data', 'campaign.id') }} as campaign_id,
        {{ json_text('documents.data', 'adGroup.id') }} as ad_group_id,
        {{ json_text('documents.data', 'adGroupAd.ad.id') }} as ad_id,
        {{ json_text('documents.data', 'adGroupAd.ad.name') }} as ad_name,
        {{ json_text('documents.data', 'adGroupAd.ad.finalUrls.0') }} as landing_url,
        {%- for option in ['trackingUrlTemplate', 'finalUrlSuffix'] %}
        coalesce(
            nullif({{ json_text('documents.data', 'adGroupAd.ad.' ~ option) }}, ''),
            nullif({{ json_text('ad_group_documents.data', 'adGroup.' ~ option) }}, ''),
            nullif({{ json_text('campaign_documents.data', 'campaign.' ~ option) }}, ''),
            nullif({{ json_text('account_documents.data', 'customer.' ~ option) }}, '')
        ) as {{ 'tracking_template' if loop.first else 'final_url_suffix' }},
        {%- endfor %}
        {{ merged_values([
            custom_parameters('campaign_documents.data', 'campaign.urlCustomParameters'),
            custom_parameters('ad_group_documents.data', 'adGroup.urlCustomParameters'),
            custom_parameters('documents.data', 'adGroupAd.ad.urlCustomParameters'),
            macro_values({
                'campaignid': json_text('documents.data', 'campaign.id'),
                'adgroupid': json_text('documents.data', 'adGroup.id'),
                'creative': json_text('documents.data', 'adGroupAd.ad.id'),
            }),
        ]) }} as macro_values
    from documents
    left join ad_group_documents
        on
            documents.connection = ad_group_documents.connection
            and {{ json_text('documents.data', 'adGroup.id') }}
            = {{ json_text('ad_group_documents.data', 'adGroup.id') }}
    left join campaign_documents
        on
            documents.connection = campaign_documents.connection
            and {{ json_text('documents.data', 'campaign.id') }}
            = {{ json_text('campaign_documents.data', 'campaign.id') }}
    left join account_documents
        on
            documents.connection = account_documents.connection
            and {{ json_text('documents.data', 'customer.id') }} = account_documents.id
),

-- The suffix and what follows {lpurl} are added to the final URL, in the order in which a repeated parameter
-- wins. A tracker's own parameters never reach the page: they tell only what nothing else does.
resolved as (
    select
        *,
        {{ macros_resolved(
            joined_queries([
                bare_query('final_url_suffix'),
                bare_query(url_template_tail('tracking_template')),
                url_query('landing_url'),
                url_query('tracking_template'),
            ]),
            'macro_values'
        ) }} as query
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
    {{ url_decoded(without_unset_parameters(query_parameter('query', 'utm_source'))) }} as utm_source,
    {{ url_decoded(without_unset_parameters(query_parameter('query', 'utm_medium'))) }} as utm_medium,
    {{ url_decoded(without_unset_parameters(query_parameter('query', 'utm_campaign'))) }} as utm_campaign,
    {{ url_decoded(without_unset_parameters(query_parameter('query', 'utm_content'))) }} as utm_content,
    {{ url_decoded(without_unset_parameters(query_parameter('query', 'utm_term'))) }} as utm_term
from resolved
