with documents as (
    {{ raw_documents('hubspot', 'contacts') }}
),

former_documents as (
    {{ raw_past('hubspot', 'contacts') }}
),

-- What was once merged stays merged, whatever the fields say later.
states as (
    select
        connection,
        id as contact_id,
        {{ json_text('data', 'properties.hs_merged_object_ids') }} as merged_object_ids,
        {{ json_text('data', 'properties.hs_calculated_merged_vids') }} as calculated_merged_vids
    from documents

    union all

    select
        connection,
        id as contact_id,
        {{ json_text('data', 'properties.hs_merged_object_ids') }} as merged_object_ids,
        {{ json_text('data', 'properties.hs_calculated_merged_vids') }} as calculated_merged_vids
    from former_documents
),

recorded_merges as (
    select
        states.connection,
        states.contact_id,
        trim(merged.value) as merged_contact_id,
        cast(null as {{ text_type() }}) as merged_ms
    from states
    {{ explode_text_list('states.merged_object_ids', ';', as='merged') }}

    union all

    -- Entries read '<vid>:<time of the merge in milliseconds>'.
    select
        states.connection,
        states.contact_id,
        trim({{ text_before('merged.value', ':') }}) as merged_contact_id,
        trim(split_part(merged.value, ':', 2)) as merged_ms
    from states
    {{ explode_text_list('states.calculated_merged_vids', ';', as='merged') }}
)

select
    connection,
    contact_id,
    merged_contact_id,
    min(
        case
            when merged_ms <> '' and translate(merged_ms, '0123456789', '') = ''
                then {{ version_time('cast(merged_ms as bigint) * 1000') }}
        end
    ) as merged_at
from recorded_merges
where merged_contact_id <> '' and merged_contact_id <> contact_id
group by connection, contact_id, merged_contact_id
