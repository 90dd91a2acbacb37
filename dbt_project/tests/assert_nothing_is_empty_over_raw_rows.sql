{#
  Where staging does not keep one row per raw row, its like of assert_nothing_lost_before_the_marts cannot be counted:
  but nothing at all where there is something is always wrong.
#}
{% set pairs = [
    (source('web_events', 'pages'), ref('stg_web_events__page_views')),
    (source('web_events', 'pages'), ref('fct_page_views')),
    (source('web_events', 'identifies'), ref('stg_web_events__identifies')),
    (source('web_events', 'tracks'), ref('stg_web_events__tracks')),
    (source('google_ads', 'ads'), ref('stg_google_ads__ads')),
    (source('meta_ads', 'ads'), ref('stg_meta_ads__ads')),
    (source('linkedin_ads', 'creatives'), ref('stg_linkedin_ads__ads')),
    (source('google_ads', 'campaign_days'), ref('fct_ad_spend')),
    (source('meta_ads', 'campaign_days'), ref('fct_ad_spend')),
    (source('linkedin_ads', 'campaign_days'), ref('fct_ad_spend')),
    (source('hubspot', 'deals'), ref('stg_hubspot__deals')),
    (source('hubspot', 'owners'), ref('stg_hubspot__owners')),
    (source('files', 'order_items'), ref('stg_files__order_lines')),
    (source('files', 'refunds'), ref('stg_files__refunds')),
    (source('files', 'subscriptions'), ref('stg_files__subscriptions')),
    (source('stripe', 'payout_transactions'), ref('stg_stripe__payout_transactions'))
] %}

with told as (
    {% for raw_relation, relation in pairs %}
    select
        '{{ raw_relation.schema }}.{{ raw_relation.identifier }}' as raw_table,
        '{{ relation.identifier }}' as table_name,
        {{ raw_count(raw_relation, of='live_count') }} as raw_rows,
        (select count(*) from {{ relation }}) as table_rows

    union all
    {% endfor %}
    select
        'none' as raw_table,
        'none' as table_name,
        0 as raw_rows,
        0 as table_rows
)

select * from told
where raw_rows > 0 and table_rows = 0
