with contact_tags as (
    select * from {{ ref('int_contact_tags') }}
),

-- The components also know contacts that only a merge names: their tags stay the person's.
persons as (
    select * from {{ ref('int_contact_components') }}
)

select
    contact_tags.connector,
    contact_tags.connection,
    contact_tags.tag_addition_id as tag_event_id,
    contact_tags.contact_id,
    persons.person_id,
    contact_tags.tag_kind,
    contact_tags.tag_id,
    {{ pii_in_text('contact_tags.tag_name') }} as tag_name,
    contact_tags.is_currently_applied,
    contact_tags.added_at,
    contact_tags.removed_at
from contact_tags
left join persons
    on contact_tags.connection = persons.connection and contact_tags.contact_id = persons.contact_id
