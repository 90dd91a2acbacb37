{% set link_paths = [
    'creative.object_story_spec.link_data.link',
    'creative.object_story_spec.link_data.call_to_action.value.link',
    'creative.object_story_spec.video_data.call_to_action.value.link',
    'creative.object_story_spec.template_data.link',
    'creative.object_story_spec.template_data.call_to_action.value.link',
    'creative.object_story_spec.link_data.child_attachments.0.link',
    'creative.object_story_spec.link_data.child_attachments.0.call_to_action.value.link',
    'creative.asset_feed_spec.link_urls.0.website_url',
    'creative.template_url_spec.web.url',
    'creative.template_url',
    'creative.link_url',
    'creative.object_url',
] %}
with documents as (
    {{ raw_documents('meta_ads', 'ads') }}
),

campaign_documents as (
    {{ raw_documents('meta_ads', 'campaigns') }}
),

adset_documents as (
    {{ raw_documents('meta_ads', 'adsets') }}
),

-- The creative's tags replace or join the parameters of whichever link is clicked; a card's own tags and
-- links come after them. An address of Meta's own (fb.me) stands where there is no link.
ads as (
    select
        documents.connection,
        {{ json_text('documents.data', 'account_id') }} as account_id,
        {{ json_text('documents.data', 'campaign_id') }} as campaign_id,
        {{ json_text('documents.data', 'adset_id') }} as ad_group_id,
        documents.id as ad_id,
        {{ json_text('documents.data', 'name') }} as ad_name,
        coalesce(
            {%- for path in link_paths %}
            {{ address_of_others(json_text('documents.data', path)) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as landing_url,
        {{ joined_queries(
            [
                url_tags('documents.data', 'creative.url_tags'),
                list_tags('documents.data', 'creative.object_story_spec.link_data.child_attachments', 'url_tags'),
                url_query(json_text('documents.data', link_paths[0])),
                url_query(json_text('documents.data', link_paths[1])),
                url_query(json_text('documents.data', link_paths[2])),
                url_query(json_text('documents.data', link_paths[3])),
                url_query(json_text('documents.data', link_paths[4])),
                list_queries('documents.data', 'creative.object_story_spec.link_data.child_attachments', 'link'),
                list_queries('documents.data', 'creative.asset_feed_spec.link_urls', 'website_url'),
                url_query(json_text('documents.data', link_paths[8])),
                url_query(json_text('documents.data', link_paths[9])),
                url_query(json_text('documents.data', link_paths[10])),
                url_query(json_text('documents.data', link_paths[11])),
            ]
        ) }} as query,
        {{ macro_values(
            {
                'campaign.id': json_text('documents.data', 'campaign_id'),
                'campaign.name': json_text('campaign_documents.data', 'name'),
                'adset.id': json_text('documents.data', 'adset_id'),
                'adset.name': json_text('adset_documents.data', 'name'),
                'ad.id': 'documents.id',
                'ad.name': json_text('documents.data', 'name'),
            },
            braces=2
        ) }} as macro_values
    from documents
    left join adset_documents
        on
            documents.connection = adset_documents.connection
            and {{ json_text('documents.data', 'adset_id') }} = adset_documents.id
    left join campaign_documents
        on
            documents.connection = campaign_documents.connection
            and {{ json_text('documents.data', 'campaign_id') }} = campaign_documents.id
),

-- Decoded before names are put in: a name is text, whatever percent signs it has.
decoded as (
    select
        *,
        {{ url_decoded(query_parameter('query', 'utm_source')) }} as source_text,
        {{ url_decoded(query_parameter('query', 'utm_medium')) }} as medium_text,
        {{ url_decoded(query_parameter('query', 'utm_campaign')) }} as campaign_text,
        {{ url_decoded(query_parameter('query', 'utm_content')) }} as content_text,
        {{ url_decoded(query_parameter('query', 'utm_term')) }} as term_text
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
    nullif({{ double_macros_resolved('source_text', 'macro_values') }}, '') as utm_source,
    nullif({{ double_macros_resolved('medium_text', 'macro_values') }}, '') as utm_medium,
    nullif({{ double_macros_resolved('campaign_text', 'macro_values') }}, '') as utm_campaign,
    nullif({{ double_macros_resolved('content_text', 'macro_values') }}, '') as utm_content,
    nullif({{ double_macros_resolved('term_text', 'macro_values') }}, '') as utm_term
from decoded
