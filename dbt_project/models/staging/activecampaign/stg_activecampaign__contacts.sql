with documents as (
    {{ raw_documents('activecampaign', 'contacts') }}
)

select
    connection,
    id as contact_id,
    {{ json_text('data', 'email') }} as email,
    {{ email_normal_form(json_text('data', 'email')) }} as email_normalized,
    {{ json_text('data', 'firstName') }} as first_name,
    {{ json_text('data', 'lastName') }} as last_name,
    cast(null as {{ text_type() }}) as lifecycle_stage,
    cast(null as {{ text_type() }}) as original_source,
    cast(null as {{ text_type() }}) as original_source_detail_1,
    cast(null as {{ text_type() }}) as original_source_detail_2,
    cast(null as {{ text_type() }}) as original_medium,
    cast(null as {{ text_type() }}) as original_term,
    is_deleted,
    case when is_deleted then {{ version_time('version') }} end as deleted_at,
    created_at
from documents
