with contacts as (
    select * from {{ ref('int_contacts') }}
),

-- A former address matches payments; it joins nobody, for it may be somebody else's by now.
contact_emails as (
    select * from {{ ref('int_contact_emails') }}
    where email_kind <> 'former'
),

recorded_merges as (
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

    select distinct
        recorded_merges.connection,
        recorded_merges.merged_contact_id as contact_id,
        cast(null as {{ timestamp_type() }}) as created_at
    from recorded_merges
    left join contacts
        on
            recorded_merges.connection = contacts.connection
            and recorded_merges.merged_contact_id = contacts.contact_id
    where contacts.contact_id is null
),

-- Numbered by age, so that a component is named after its oldest contact and keeps its name as it grows.
nodes as (
    select
        connection,
        contact_id,
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
        on
            contact_emails.connection = nodes.connection
            and contact_emails.contact_id = nodes.contact_id
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
    from recorded_merges
    inner join nodes as survivors
        on
            recorded_merges.connection = survivors.connection
            and recorded_merges.contact_id = survivors.contact_id
    inner join nodes as merged
        on
            recorded_merges.connection = merged.connection
            and recorded_merges.merged_contact_id = merged.contact_id
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
)

select
    labelled.connection,
    labelled.contact_id,
    labelled.node as age_rank,
    oldest.connection || ':' || oldest.contact_id as person_id
from labelled
inner join nodes as oldest on labelled.component = oldest.node
