with person_emails as (
    select * from {{ ref('int_person_emails') }}
),

ranked as (
    select
        email_normalized,
        person_id,
        is_shared_by_persons,
        row_number() over (
            partition by email_normalized
            order by case email_kind when 'primary' then 1 else 2 end
        ) as kind_rank
    from person_emails
    where email_kind in ('primary', 'additional') and not is_deleted
)

-- An address of two persons names neither of them.
select
    email_normalized,
    person_id
from ranked
where kind_rank = 1 and not is_shared_by_persons
