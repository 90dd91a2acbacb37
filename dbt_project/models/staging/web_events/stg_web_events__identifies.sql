with documents as (
    {{ raw_documents('web_events', 'identifies') }}
)

select
    connection,
    id as identify_id,
    {{ message_anonymous_id('data') }} as anonymous_id,
    {{ message_user_id('data') }} as user_id,
    {{ email_normal_form(message_email('data')) }} as email_normalized,
    {{ message_time('data') }} as identified_at,
    {{ message_received_at('data') }} as received_at
from documents
where not is_deleted
