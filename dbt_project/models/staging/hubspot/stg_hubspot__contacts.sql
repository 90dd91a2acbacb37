with documents as (
    {{ raw_documents('hubspot', 'contacts') }}
)

select
    connection,
    id as contact_id,
    {{ json_text('data', 'properties.email') }} as email,
    {{ email_normal_form(json_text('data', 'properties.email')) }} as email_normalized,
    {{ json_text('data', 'properties.hs_additional_emails') }} as additional_emails,
    {{ json_text('data', 'properties.hs_merged_object_ids') }} as merged_object_ids,
    {{ json_text('data', 'properties.hs_calculated_merged_vids') }} as calculated_merged_vids,
    {{ json_text('data', 'properties.firstname') }} as first_name,
    {{ json_text('data', 'properties.lastname') }} as last_name,
    {{ json_text('data', 'properties.lifecyclestage') }} as lifecycle_stage,
    {{ json_text('data', 'properties.hs_analytics_source') }} as original_source,
    {{ json_text('data', 'properties.hs_analytics_source_data_1') }} as original_source_detail_1,
    {{ json_text('data', 'properties.hs_analytics_source_data_2') }} as original_source_detail_2,
    cast(null as {{ text_type() }}) as original_medium,
    cast(null as {{ text_type() }}) as original_term,
    is_deleted or coalesce({{ json_boolean('data', 'archived') }}, false) as is_deleted,
    case
        when is_deleted or {{ json_boolean('data', 'archived') }}
            then coalesce({{ utc_moment(json_text('data', 'archivedAt')) }}, {{ version_time('version') }})
    end as deleted_at,
    created_at
from documents
