with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

recorded_merges as (
    select
        contacts.connection,
        contacts.contact_id,
        trim(merged.value) as merged_contact_id
    from contacts
    {{ explode_text_list('contacts.merged_object_ids', ';', as='merged') }}

    union all

    -- Entries read '<vid>:<time of the merge>'.
    select
        contacts.connection,
        contacts.contact_id,
        trim({{ text_before('merged.value', ':') }}) as merged_contact_id
    from contacts
    {{ explode_text_list('contacts.calculated_merged_vids', ';', as='merged') }}
)

select distinct
    connection,
    contact_id,
    merged_contact_id
from recorded_merges
where merged_contact_id <> '' and merged_contact_id <> contact_id
