with documents as (
    {{ raw_documents('web_events', 'tracks') }}
)

select
    connection,
    id as track_id,
    {{ message_anonymous_id('data') }} as anonymous_id,
    {{ message_user_id('data') }} as user_id,
    {{ email_normal_form(message_email('data')) }} as email_normalized,
    {{ first_text('data', ['event', 'event_text', 'event_type']) }} as event_name,
    {{ message_url('data') }} as url,
    {{ message_time('data') }} as tracked_at,
    {{ message_received_at('data') }} as received_at
from documents
where not is_deleted
