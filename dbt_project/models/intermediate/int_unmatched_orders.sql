with unmatched as (
    select * from {{ ref('int_order_matches') }}
    where person_id is null
),

candidates as (
    select
        order_emails.connection,
        order_emails.order_id,
        order_emails.email_normalized,
        order_emails.candidate_rank,
        {{ email_alias_key('order_emails.email_normalized') }} as alias_key,
        {{ email_local_part('order_emails.email_normalized') }} as local_part,
        {{ email_domain('order_emails.email_normalized') }} as domain
    from {{ ref('int_order_emails') }} as order_emails
    inner join unmatched
        on
            order_emails.connection = unmatched.connection
            and order_emails.order_id = unmatched.order_id
),

contacts as (
    select
        email_normalized,
        contact_connection,
        contact_id,
        is_deleted,
        {{ email_alias_key('email_normalized') }} as alias_key,
        {{ email_local_part('email_normalized') }} as local_part,
        {{ email_domain('email_normalized') }} as domain,
        case email_kind when 'primary' then 1 when 'additional' then 2 else 3 end as kind_rank
    from {{ ref('int_person_emails') }}
),

similar_domains as (
    select * from {{ ref('int_similar_domains') }}
),

hints as (
    select
        candidates.connection,
        candidates.order_id,
        candidates.candidate_rank,
        contacts.contact_connection,
        contacts.contact_id,
        contacts.email_normalized,
        contacts.kind_rank,
        1 as reason_rank,
        'contact_deleted' as unmatched_reason
    from candidates
    inner join contacts on candidates.email_normalized = contacts.email_normalized
    where contacts.is_deleted

    union all

    select
        candidates.connection,
        candidates.order_id,
        candidates.candidate_rank,
        contacts.contact_connection,
        contacts.contact_id,
        contacts.email_normalized,
        contacts.kind_rank,
        2 as reason_rank,
        'alias_candidate' as unmatched_reason
    from candidates
    inner join contacts on candidates.alias_key = contacts.alias_key
    where not contacts.is_deleted

    union all

    select
        candidates.connection,
        candidates.order_id,
        candidates.candidate_rank,
        contacts.contact_connection,
        contacts.contact_id,
        contacts.email_normalized,
        contacts.kind_rank,
        3 as reason_rank,
        'near_miss' as unmatched_reason
    from candidates
    inner join similar_domains on candidates.domain = similar_domains.domain
    inner join contacts
        on candidates.local_part = contacts.local_part and similar_domains.similar_domain = contacts.domain
    where not contacts.is_deleted
),

ranked as (
    select
        hints.*,
        row_number() over (
            partition by connection, order_id
            order by reason_rank, candidate_rank, kind_rank, email_normalized
        ) as hint_rank
    from hints
),

candidate_lists as (
    select
        connection,
        order_id,
        {{ text_list('email_normalized', 'candidate_rank') }} as candidate_emails
    from candidates
    group by connection, order_id
)

select
    unmatched.connection,
    unmatched.order_id,
    case
        when unmatched.is_ambiguous then 'ambiguous'
        when candidate_lists.order_id is null then 'no_email'
        else coalesce(ranked.unmatched_reason, 'no_contact_with_email')
    end as unmatched_reason,
    candidate_lists.candidate_emails,
    ranked.contact_connection as nearest_contact_connection,
    ranked.contact_id as nearest_contact_id,
    ranked.email_normalized as nearest_contact_email
from unmatched
left join candidate_lists
    on unmatched.connection = candidate_lists.connection and unmatched.order_id = candidate_lists.order_id
left join ranked
    on
        unmatched.connection = ranked.connection
        and unmatched.order_id = ranked.order_id
        and ranked.hint_rank = 1
