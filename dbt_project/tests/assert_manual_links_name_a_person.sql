-- Every link made by hand names a contact that is there, and one person.
select
    kind,
    value,
    contact_reference
from {{ ref('int_manual_links') }}
where person_id is null
