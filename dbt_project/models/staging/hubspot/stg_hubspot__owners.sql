with documents as (
    {{ raw_documents('hubspot', 'owners') }}
)

select
    connection,
    id as owner_id,
    {{ json_text('data', 'userId') }} as user_id,
    {{ json_text('data', 'email') }} as email,
    {{ json_text('data', 'firstName') }} as first_name,
    {{ json_text('data', 'lastName') }} as last_name,
    is_deleted or coalesce({{ json_boolean('data', 'archived') }}, false) as is_deleted,
    created_at
from documents
