with memberships as (
    {{ raw_documents('hubspot', 'list_memberships') }}
),

former_memberships as (
    {{ raw_past('hubspot', 'list_memberships') }}
),

lists as (
    {{ raw_documents('hubspot', 'lists') }}
),

-- What a membership said until which sight: an addition is told from the next one by its timestamp.
states as (
    select
        connection,
        id,
        {{ json_text('data', 'membershipTimestamp') }} as added_text,
        case when is_deleted then {{ version_time('version') }} end as ended_at,
        case when is_deleted then 0 else 1 end as is_now
    from memberships

    union all

    select
        connection,
        id,
        {{ json_text('data', 'membershipTimestamp') }} as added_text,
        {{ version_time('replaced_version') }} as ended_at,
        0 as is_now
    from former_memberships
    where not is_deleted
),

-- One that HubSpot gives no time is an addition, too, but of no day.
additions as (
    select
        connection,
        id,
        added_text,
        cast(added_text as {{ timestamp_type() }}) as added_at,
        min(ended_at) as ended_at,
        max(is_now) as is_now
    from states
    group by connection, id, added_text
),

-- Added again before its removal was seen: it was gone by then.
followed as (
    select
        connection,
        id,
        added_text,
        added_at,
        ended_at,
        is_now,
        lead(added_at) over (partition by connection, id order by added_at) as added_again_at
    from additions
)

select
    followed.connection,
    followed.id || coalesce('/' || followed.added_text, '') as tag_addition_id,
    split_part(followed.id, '/', 2) as contact_id,
    split_part(followed.id, '/', 1) as tag_id,
    {{ json_text('lists.data', 'name') }} as tag_name,
    'list' as tag_kind,
    followed.added_at,
    case when followed.is_now = 0 then least(followed.ended_at, followed.added_again_at) end as removed_at,
    followed.is_now = 1 as is_currently_applied
from followed
left join lists
    on followed.connection = lists.connection and split_part(followed.id, '/', 1) = lists.id
