with documents as (
    {{ raw_documents('kit', 'subscribers') }}
),

former_documents as (
    {{ raw_past('kit', 'subscribers') }}
),

-- Each state began when the one before it was replaced; the first is taken to be as old as the contact.
past_states as (
    select
        former_documents.connection,
        former_documents.id as contact_id,
        {{ json_text('former_documents.data', 'email_address') }} as email,
        coalesce(
            lag({{ version_time('former_documents.replaced_version') }}) over (
                partition by former_documents.connection, former_documents.id
                order by former_documents.replaced_version
            ),
            documents.created_at,
            {{ version_time('former_documents.version') }}
        ) as began_at,
        {{ version_time('former_documents.replaced_version') }} as ended_at
    from former_documents
    left join documents
        on former_documents.connection = documents.connection and former_documents.id = documents.id
),

last_ends as (
    select
        connection,
        contact_id,
        max(ended_at) as ended_at
    from past_states
    group by connection, contact_id
),

states as (
    select * from past_states

    union all

    select
        documents.connection,
        documents.id as contact_id,
        {{ json_text('documents.data', 'email_address') }} as email,
        coalesce(
            last_ends.ended_at, documents.created_at, {{ version_time('documents.version') }}
        ) as began_at,
        cast(null as {{ timestamp_type() }}) as ended_at
    from documents
    left join last_ends
        on documents.connection = last_ends.connection and documents.id = last_ends.contact_id
),

addresses as (
    select
        connection,
        contact_id,
        {{ email_normal_form('email') }} as email_normalized,
        case when ended_at is null then 1 else 0 end as is_now,
        began_at,
        ended_at
    from states
),

by_address as (
    select
        connection,
        contact_id,
        email_normalized,
        max(is_now) as is_now,
        min(began_at) as first_seen_at,
        max(ended_at) as ended_at
    from addresses
    where email_normalized is not null
    group by connection, contact_id, email_normalized
)

select
    connection,
    contact_id,
    email_normalized,
    case is_now when 1 then 'primary' else 'former' end as email_kind,
    first_seen_at,
    case is_now when 0 then ended_at end as last_seen_at
from by_address
