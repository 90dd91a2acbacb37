with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

contact_emails as (
    select * from {{ ref('int_contact_emails') }}
),

merges as (
    select * from {{ ref('int_contact_merges') }}
),

-- A merged contact may be gone from the CRM: it still joins those who name it.
known_or_named as (
    select
        connection,
        contact_id,
        created_at
    from contacts

    union all

    select
        merges.connection,
        merges.merged_contact_id as contact_id,
        cast(null as {{ timestamp_type() }}) as created_at
    from merges
    left join contacts
        on merges.connection = contacts.connection and merges.merged_contact_id = contacts.contact_id
    where contacts.contact_id is null
    group by merges.connection, merges.merged_contact_id
),

-- Numbered by age, so that a component is named after its oldest contact and keeps its name as it grows.
nodes as (
    select
        connection,
        contact_id,
        created_at,
        row_number() over (
            order by case when created_at is null then 1 else 0 end, created_at, connection, contact_id
        ) as node
    from known_or_named
),

address_nodes as (
    select
        nodes.node,
        min(nodes.node) over (partition by contact_emails.email_normalized) as first_node
    from contact_emails
    inner join nodes
        on contact_emails.connection = nodes.connection and contact_emails.contact_id = nodes.contact_id
),

edges as (
    select
        node as one_node,
        first_node as other_node
    from address_nodes
    where node <> first_node

    union

    select
        survivors.node as one_node,
        merged.node as other_node
    from merges
    inner join nodes as survivors
        on merges.connection = survivors.connection and merges.contact_id = survivors.contact_id
    inner join nodes as merged
        on merges.connection = merged.connection and merges.merged_contact_id = merged.contact_id
),

components as (
    select * from {{ connected_components('edges') }}
),

labelled as (
    select
        nodes.connection,
        nodes.contact_id,
        nodes.node,
        coalesce(components.component, nodes.node) as component
    from nodes
    left join components on nodes.node = components.node
),

merged_away as (
    select
        connection,
        merged_contact_id
    from merges
    group by connection, merged_contact_id
),

members as (
    select
        contacts.connection,
        contacts.contact_id,
        contacts.created_at,
        labelled.node,
        labelled.component,
        oldest.connection || ':' || oldest.contact_id as person_id,
        case when merged_away.merged_contact_id is null then 0 else 1 end as merged_rank,
        contacts.is_deleted
    from contacts
    inner join labelled
        on contacts.connection = labelled.connection and contacts.contact_id = labelled.contact_id
    inner join nodes as oldest on labelled.component = oldest.node
    left join merged_away
        on contacts.connection = merged_away.connection and contacts.contact_id = merged_away.merged_contact_id
),

ranked as (
    select
        members.*,
        first_value(connection) over person_by_liveness as live_connection,
        first_value(contact_id) over person_by_liveness as live_contact_id,
        first_value(is_deleted) over person_by_liveness as is_person_deleted
    from members
    window person_by_liveness as (
        partition by component order by case when is_deleted then 1 else 0 end, merged_rank, node
    )
)

select
    connection,
    contact_id,
    person_id,
    merged_rank = 1 as is_merged_away,
    -- Who answers for this contact: itself, or the oldest living contact of the person once it is merged away.
    case when merged_rank = 1 and not is_person_deleted then live_connection else connection end as answering_connection,
    case when merged_rank = 1 and not is_person_deleted then live_contact_id else contact_id end as answering_contact_id,
    (is_deleted and merged_rank = 0) or (is_deleted and is_person_deleted) as is_deleted,
    min(created_at) over (partition by component) as lead_created_at
from ranked
