with documents as (
    {{ raw_documents('files', 'contacts') }}
)

select
    connection,
    {{ pii_id('id') }} as contact_id,
    {{ json_text('data', 'email') }} as email,
    {{ email_normal_form(json_text('data', 'email')) }} as email_normalized,
    {{ json_text('data', 'first_name') }} as first_name,
    {{ json_text('data', 'last_name') }} as last_name,
    {{ json_text('data', 'lifecycle_stage') }} as lifecycle_stage,
    {{ json_text('data', 'utm_source') }} as original_source,
    {{ json_text('data', 'utm_campaign') }} as original_source_detail_1,
    {{ json_text('data', 'utm_content') }} as original_source_detail_2,
    {{ json_text('data', 'utm_medium') }} as original_medium,
    {{ json_text('data', 'utm_term') }} as original_term,
    is_deleted,
    case when is_deleted then {{ version_time('version') }} end as deleted_at,
    {{ utc_moment(json_text('data', 'date_created')) }} as created_at
from documents
