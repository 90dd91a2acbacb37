{# What a page view says of where it came from; views that say the same have one origin_id. #}
{% macro view_origin_columns() -%}
    {{ return([
        'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'referrer_host', 'is_own_referrer',
        'click_id_kind', 'ad_parameter', 'campaign_parameter', 'utm_id'
    ]) }}
{%- endmacro %}

{# What a touch says of it: touches that say the same have one channel, campaign and ad. #}
{% macro origin_columns() -%}
    {{ return(['event_kind'] + view_origin_columns() + ['original_source']) }}
{%- endmacro %}

{# The number a touch was made from: of its event (or its version) and of its origin's label. #}
{% macro touch_made_from(events, labels) -%}
    {{ row_hash([events ~ '.made_from', record_hash(labels)]) }}
{%- endmacro %}

{# Every touch there is to be, by its key and that number. #}
{% macro touches_by_key() -%}
    select
        versions.touchpoint_id,
        {{ touch_made_from('versions', 'labels') }} as made_from
    from {{ ref('int_touch_versions') }} as versions
    inner join {{ ref('int_touch_origin_labels') }} as labels on versions.origin_id = labels.origin_id
{%- endmacro %}
