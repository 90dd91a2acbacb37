with tags as (
    {{ raw_documents('kit', 'tags') }}
),

forms as (
    {{ raw_documents('kit', 'forms') }}
),

sequences as (
    {{ raw_documents('kit', 'sequences') }}
),

tag_subscriptions as (
    {{ raw_documents('kit', 'tag_subscriptions') }}
),

form_subscriptions as (
    {{ raw_documents('kit', 'form_subscriptions') }}
),

sequence_subscriptions as (
    {{ raw_documents('kit', 'sequence_subscriptions') }}
),

named as (
    select
        connection,
        'tag' as tag_kind,
        id as tag_id,
        {{ json_text('data', 'name') }} as tag_name
    from tags

    union all

    select
        connection,
        'form' as tag_kind,
        id as tag_id,
        {{ json_text('data', 'name') }} as tag_name
    from forms

    union all

    select
        connection,
        'sequence' as tag_kind,
        id as tag_id,
        {{ json_text('data', 'name') }} as tag_name
    from sequences
),

additions as (
    select
        connection,
        'tag' as tag_kind,
        id,
        {{ json_text('data', 'tag_id') }} as tag_id,
        {{ json_text('data', 'id') }} as contact_id,
        cast({{ json_text('data', 'tagged_at') }} as {{ timestamp_type() }}) as added_at,
        is_deleted,
        version
    from tag_subscriptions

    union all

    select
        connection,
        'form' as tag_kind,
        id,
        {{ json_text('data', 'form_id') }} as tag_id,
        {{ json_text('data', 'id') }} as contact_id,
        cast({{ json_text('data', 'added_at') }} as {{ timestamp_type() }}) as added_at,
        is_deleted,
        version
    from form_subscriptions

    union all

    select
        connection,
        'sequence' as tag_kind,
        id,
        {{ json_text('data', 'sequence_id') }} as tag_id,
        {{ json_text('data', 'id') }} as contact_id,
        cast({{ json_text('data', 'added_at') }} as {{ timestamp_type() }}) as added_at,
        is_deleted,
        version
    from sequence_subscriptions
),

-- Added again before its removal was seen: it was gone by then.
followed as (
    select
        connection,
        tag_kind,
        id,
        tag_id,
        contact_id,
        added_at,
        is_deleted,
        {{ version_time('version') }} as seen_at,
        lead(added_at) over (
            partition by connection, tag_kind, tag_id, contact_id order by added_at
        ) as added_again_at
    from additions
)

select
    followed.connection,
    followed.tag_kind || '/' || followed.id as tag_addition_id,
    followed.contact_id,
    followed.tag_id,
    named.tag_name,
    followed.tag_kind,
    followed.added_at,
    case when followed.is_deleted then least(followed.seen_at, followed.added_again_at) end as removed_at,
    not followed.is_deleted as is_currently_applied
from followed
left join named
    on
        followed.connection = named.connection
        and followed.tag_kind = named.tag_kind
        and followed.tag_id = named.tag_id
