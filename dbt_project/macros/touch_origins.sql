{# What a touch says of where it came from: touches that say the same have one channel, campaign and ad. #}
{% macro origin_columns() -%}
    {{ return([
        'event_kind', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'referrer_host',
        'is_own_referrer', 'click_id_kind', 'original_source', 'ad_parameter', 'campaign_parameter', 'utm_id'
    ]) }}
{%- endmacro %}
