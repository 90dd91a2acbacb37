with tags as (
    {{ raw_documents('activecampaign', 'tags') }}
),

lists as (
    {{ raw_documents('activecampaign', 'lists') }}
),

automations as (
    {{ raw_documents('activecampaign', 'automations') }}
),

contact_tags as (
    {{ raw_documents('activecampaign', 'contact_tags') }}
),

contact_lists as (
    {{ raw_documents('activecampaign', 'contact_lists') }}
),

contact_automations as (
    {{ raw_documents('activecampaign', 'contact_automations') }}
),

former_contact_lists as (
    {{ raw_past('activecampaign', 'contact_lists') }}
),

named as (
    select
        connection,
        'tag' as tag_kind,
        id as tag_id,
        {{ json_text('data', 'tag') }} as tag_name
    from tags

    union all

    select
        connection,
        'list' as tag_kind,
        id as tag_id,
        {{ json_text('data', 'name') }} as tag_name
    from lists

    union all

    select
        connection,
        'automation' as tag_kind,
        id as tag_id,
        {{ json_text('data', 'name') }} as tag_name
    from automations
),

-- A subscription's row is one per contact and list: a new start date is a new addition.
list_states as (
    select
        connection,
        id,
        coalesce(
            nullif({{ json_text('data', 'sdate') }}, ''), {{ json_text('data', 'created_timestamp') }}
        ) as added_text,
        {{ json_text('data', 'status') }} as status,
        {{ json_text('data', 'udate') }} as removed_text,
        is_deleted,
        version,
        case when is_deleted then {{ version_time('version') }} end as ended_at
    from contact_lists

    union all

    select
        connection,
        id,
        coalesce(
            nullif({{ json_text('data', 'sdate') }}, ''), {{ json_text('data', 'created_timestamp') }}
        ) as added_text,
        {{ json_text('data', 'status') }} as status,
        {{ json_text('data', 'udate') }} as removed_text,
        is_deleted,
        version,
        case
            when is_deleted then {{ version_time('version') }} else {{ version_time('replaced_version') }}
        end as ended_at
    from former_contact_lists
),

ranked_states as (
    select
        *,
        row_number() over (partition by connection, id, added_text order by version desc) as position
    from list_states
),

-- Status 1 is subscribed, 2 unsubscribed, 3 bounced; 0 was never confirmed.
list_additions as (
    select
        contact_lists.connection,
        'list' as tag_kind,
        ranked_states.id || coalesce('/' || ranked_states.added_text, '') as addition_id,
        {{ json_text('contact_lists.data', 'list') }} as tag_id,
        {{ json_text('contact_lists.data', 'contact') }} as contact_id,
        ranked_states.added_text,
        case when ranked_states.status in ('2', '3') then ranked_states.removed_text end as removed_text,
        case
            when ranked_states.status in ('2', '3')
                then coalesce(ranked_states.ended_at, {{ version_time('ranked_states.version') }})
            else ranked_states.ended_at
        end as ended_at
    from ranked_states
    inner join contact_lists
        on ranked_states.connection = contact_lists.connection and ranked_states.id = contact_lists.id
    where ranked_states.position = 1 and ranked_states.status in ('1', '2', '3')
),

additions as (
    select
        connection,
        'tag' as tag_kind,
        id as addition_id,
        {{ json_text('data', 'tag') }} as tag_id,
        {{ json_text('data', 'contact') }} as contact_id,
        coalesce(
            nullif({{ json_text('data', 'cdate') }}, ''), {{ json_text('data', 'created_timestamp') }}
        ) as added_text,
        cast(null as {{ text_type() }}) as removed_text,
        case when is_deleted then {{ version_time('version') }} end as ended_at
    from contact_tags

    union all

    select
        connection,
        'automation' as tag_kind,
        id as addition_id,
        {{ json_text('data', 'automation') }} as tag_id,
        {{ json_text('data', 'contact') }} as contact_id,
        coalesce(
            nullif({{ json_text('data', 'adddate') }}, ''), {{ json_text('data', 'created_timestamp') }}
        ) as added_text,
        {{ json_text('data', 'remdate') }} as removed_text,
        case when is_deleted then {{ version_time('version') }} end as ended_at
    from contact_automations

    union all

    select * from list_additions
),

-- ActiveCampaign writes 0000-00-00, or nothing, for no date: an addition is one without it too, of no day.
-- Its own word of an end goes before ours.
dated as (
    select
        connection,
        tag_kind,
        addition_id,
        tag_id,
        contact_id,
        case
            when added_text not like '0000%' and added_text <> ''
                then cast(added_text as {{ timestamp_type() }})
        end as added_at,
        coalesce(
            case
                when removed_text not like '0000%' and removed_text <> ''
                    then cast(removed_text as {{ timestamp_type() }})
            end,
            ended_at
        ) as removed_at
    from additions
),

-- Added again before its removal was seen: it was gone by then.
followed as (
    select
        *,
        lead(added_at) over (
            partition by connection, tag_kind, tag_id, contact_id order by added_at
        ) as added_again_at
    from dated
)

select
    followed.connection,
    followed.tag_kind || '/' || followed.addition_id as tag_addition_id,
    followed.contact_id,
    followed.tag_id,
    named.tag_name,
    followed.tag_kind,
    followed.added_at,
    case
        when followed.removed_at is not null then least(followed.removed_at, followed.added_again_at)
    end as removed_at,
    followed.removed_at is null as is_currently_applied
from followed
left join named
    on
        followed.connection = named.connection
        and followed.tag_kind = named.tag_kind
        and followed.tag_id = named.tag_id
