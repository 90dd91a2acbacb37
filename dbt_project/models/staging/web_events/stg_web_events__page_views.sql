with documents as (
    {{ raw_documents('web_events', 'pages') }}
),

messages as (
    select
        connection,
        id as page_view_id,
        {{ message_anonymous_id('data') }} as anonymous_id,
        {{ message_user_id('data') }} as user_id,
        {{ email_normal_form(message_email('data')) }} as email_normalized,
        {{ message_url('data') }} as url,
        {{ first_text('data', [
            'properties.title', 'context.page.title', 'title', 'context_page_title', 'page_title'
        ]) }} as title,
        {{ first_text('data', [
            'properties.referrer', 'context.page.referrer', 'referrer', 'context_page_referrer', 'referer'
        ]) }} as referrer,
        data,
        {{ message_time('data') }} as viewed_at,
        {{ message_received_at('data') }} as received_at
    from documents
    where not is_deleted
),

tagged as (
    select
        connection,
        page_view_id,
        anonymous_id,
        user_id,
        email_normalized,
        url,
        title,
        referrer,
        {{ message_utm('data', 'source', 'url') }} as utm_source,
        {{ message_utm('data', 'medium', 'url') }} as utm_medium,
        {{ message_utm('data', 'campaign', 'url') }} as utm_campaign,
        {{ message_utm('data', 'content', 'url') }} as utm_content,
        {{ message_utm('data', 'term', 'url') }} as utm_term,
        {{ url_parameter('url', 'gclid') }} as gclid,
        {{ url_parameter('url', 'gbraid') }} as gbraid,
        {{ url_parameter('url', 'wbraid') }} as wbraid,
        {{ url_parameter('url', 'fbclid') }} as fbclid,
        {{ url_parameter('url', 'msclkid') }} as msclkid,
        {{ url_parameter('url', 'ttclid') }} as ttclid,
        {{ url_parameter('url', 'li_fat_id') }} as li_fat_id,
        viewed_at,
        received_at
    from messages
)

select
    connection,
    page_view_id,
    anonymous_id,
    user_id,
    email_normalized,
    url,
    {{ url_host('url') }} as host,
    {{ url_path('url') }} as path,
    title,
    referrer,
    {{ url_host('referrer') }} as referrer_host,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    coalesce(gclid, gbraid, wbraid, fbclid, msclkid, ttclid, li_fat_id) as click_id,
    case
        when gclid is not null then 'gclid'
        when gbraid is not null then 'gbraid'
        when wbraid is not null then 'wbraid'
        when fbclid is not null then 'fbclid'
        when msclkid is not null then 'msclkid'
        when ttclid is not null then 'ttclid'
        when li_fat_id is not null then 'li_fat_id'
    end as click_id_kind,
    viewed_at,
    received_at
from tagged
