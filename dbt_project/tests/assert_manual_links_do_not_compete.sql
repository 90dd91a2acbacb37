-- No two links of one value made on one day are about the same orders of different persons.
with links as (
    select * from {{ ref('int_manual_links') }}
)

select
    one.kind,
    one.value,
    one.linked_on
from links as one
inner join links as other
    on
        one.kind = other.kind
        and one.value = other.value
        and one.linked_on = other.linked_on
where
    one.person_id < other.person_id
    and coalesce(one.connection, other.connection, '') = coalesce(other.connection, one.connection, '')
    and coalesce(one.valid_from, cast('0001-01-01' as date))
    <= coalesce(other.valid_until, cast('9999-12-31' as date))
    and coalesce(other.valid_from, cast('0001-01-01' as date))
    <= coalesce(one.valid_until, cast('9999-12-31' as date))
