with person_emails as (
    select * from {{ ref('int_person_emails') }}
),

-- Who lives answers before who was deleted, and the last to go before those gone earlier.
ranked as (
    select
        email_normalized,
        person_id,
        is_shared_by_persons,
        case when is_deleted then deleted_at end as deleted_at,
        row_number() over (
            partition by email_normalized
            order by
                case when is_deleted then 1 else 0 end asc,
                deleted_at desc,
                case email_kind when 'primary' then 1 else 2 end asc,
                person_id asc
        ) as answer_rank
    from person_emails
    where email_kind in ('primary', 'additional')
)

-- An address of two persons names neither of them.
select
    email_normalized,
    person_id,
    deleted_at
from ranked
where answer_rank = 1 and not is_shared_by_persons
