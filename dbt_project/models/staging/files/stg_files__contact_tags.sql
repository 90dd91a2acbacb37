with documents as (
    select * from {{ ref('base_files__contact_tags') }}
),

contacts as (
    select * from {{ ref('stg_files__contacts') }}
),

-- Living before deleted: what was done to somebody stays theirs when they are gone.
holders as (
    select
        connection,
        email_normalized,
        coalesce(min(case when not is_deleted then contact_id end), min(contact_id)) as contact_id
    from contacts
    where email_normalized is not null
    group by connection, email_normalized
),

additions as (
    select
        connection,
        id as tag_addition_id,
        nullif({{ json_text('data', 'contact_id') }}, '') as contact_id,
        {{ email_normal_form(json_text('data', 'email')) }} as email_normalized,
        coalesce({{ json_text('data', 'tag_id') }}, {{ json_text('data', 'tag_name') }}) as tag_id,
        {{ json_text('data', 'tag_name') }} as tag_name,
        coalesce(lower({{ json_text('data', 'tag_kind') }}), 'tag') as tag_kind,
        {{ utc_moment(json_text('data', 'date')) }} as added_at,
        {{ utc_moment(json_text('data', 'date_removed')) }} as date_removed,
        case when is_deleted then {{ version_time('version') }} end as vanished_at
    from documents
)

-- A record that vanished from its file is a tag that was taken off, unless the file had said when.
select
    additions.connection,
    additions.tag_addition_id,
    {{ pii_id(
        'coalesce(additions.contact_id, holders.contact_id, additions.email_normalized)'
    ) }} as contact_id,
    additions.tag_id,
    additions.tag_name,
    additions.tag_kind,
    additions.added_at,
    coalesce(additions.date_removed, additions.vanished_at) as removed_at,
    coalesce(additions.date_removed, additions.vanished_at) is null as is_currently_applied
from additions
left join holders
    on
        additions.connection = holders.connection
        and additions.email_normalized = holders.email_normalized
