{# Fields of messages of the Segment spec, nested as they are sent or flat as warehouses hold them. #}

{# The first of these fields that is not empty. #}
{% macro first_text(document, paths) -%}
    coalesce(
        {%- for path in paths %}
        nullif({{ json_text(document, path) }}, ''){{ "," if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro message_anonymous_id(document) -%}
    {{ first_text(document, ['anonymousId', 'anonymous_id', 'user_anonymous_id']) }}
{%- endmacro %}

{% macro message_user_id(document) -%}
    {{ first_text(document, ['userId', 'user_id']) }}
{%- endmacro %}

{# The address the message itself carries; many sites use it as the user id. #}
{% macro message_email(document) -%}
    coalesce(
        {{ first_text(document, [
            'traits.email', 'context.traits.email', 'properties.email', 'email', 'context_traits_email', 'user_email'
        ]) }},
        case when {{ message_user_id(document) }} like '%_@_%' then {{ message_user_id(document) }} end
    )
{%- endmacro %}

{# When it happened, corrected for the visitor's clock where the collector did so. #}
{% macro message_time_text(document) -%}
    {{ first_text(document, [
        'timestamp', 'originalTimestamp', 'original_timestamp', 'receivedAt', 'received_at', 'sentAt', 'sent_at',
        'utc_time', '_timestamp'
    ]) }}
{%- endmacro %}

{% macro message_time(document) -%}
    {{ utc_moment(message_time_text(document)) }}
{%- endmacro %}

{% macro message_received_text(document) -%}
    {{ first_text(document, ['receivedAt', 'received_at', '_timestamp']) }}
{%- endmacro %}

{% macro message_received_at(document) -%}
    {{ utc_moment(message_received_text(document)) }}
{%- endmacro %}

{% macro message_url(document) -%}
    {{ first_text(document, ['properties.url', 'context.page.url', 'url', 'context_page_url']) }}
{%- endmacro %}

{# A UTM parameter as the collector took it apart. #}
{% macro message_said_utm(document, part) -%}
    {%- set said = 'name' if part == 'campaign' else part -%}
    {{ first_text(document, [
        'context.campaign.' ~ said, 'context_campaign_' ~ said, 'utm_' ~ part, 'utm_' ~ said
    ]) }}
{%- endmacro %}
