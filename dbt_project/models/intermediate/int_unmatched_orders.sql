with unmatched as (
    select
        matches.connection,
        matches.order_id,
        matches.is_ambiguous,
        orders.customer_id,
        orders.ordered_at
    from {{ ref('int_order_matches') }} as matches
    inner join {{ ref('int_orders') }} as orders
        on matches.connection = orders.connection and matches.order_id = orders.order_id
    where matches.person_id is null
),

candidates as (
    select
        order_emails.connection,
        order_emails.order_id,
        unmatched.ordered_at,
        order_emails.email_normalized,
        order_emails.candidate_rank,
        {{ email_local_part('order_emails.email_normalized') }} as local_part,
        {{ email_domain('order_emails.email_normalized') }} as domain
    from {{ ref('int_order_emails') }} as order_emails
    inner join unmatched
        on
            order_emails.connection = unmatched.connection
            and order_emails.order_id = unmatched.order_id
),

contact_emails as (
    select
        email_normalized,
        contact_connection,
        contact_id,
        is_deleted,
        deleted_at,
        {{ email_local_part('email_normalized') }} as local_part,
        {{ email_domain('email_normalized') }} as domain,
        case email_kind when 'primary' then 1 when 'additional' then 2 else 3 end as kind_rank
    from {{ ref('int_person_emails') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

similar_domains as (
    select * from {{ ref('int_similar_domains') }}
),

-- Each names a contact and which of its addresses the payment came near.
hints as (
    select
        hits.connection,
        hits.order_id,
        1 as reason_rank,
        'ambiguous' as unmatched_reason,
        hits.rung * 1000 + hits.candidate_rank as hint_order,
        hits.contact_connection,
        hits.contact_id,
        hits.match_email as contact_email
    from {{ ref('int_order_hits') }} as hits
    where hits.is_ambiguous

    union all

    select
        candidates.connection,
        candidates.order_id,
        2 as reason_rank,
        'contact_deleted' as unmatched_reason,
        candidates.candidate_rank * 10 + contact_emails.kind_rank as hint_order,
        contact_emails.contact_connection,
        contact_emails.contact_id,
        contact_emails.email_normalized as contact_email
    from candidates
    inner join contact_emails on candidates.email_normalized = contact_emails.email_normalized
    where contact_emails.is_deleted and not candidates.ordered_at < contact_emails.deleted_at

    union all

    select
        unmatched.connection,
        unmatched.order_id,
        2 as reason_rank,
        'contact_deleted' as unmatched_reason,
        10000 + order_contact_ids.candidate_rank as hint_order,
        person_contact_ids.contact_connection,
        person_contact_ids.contact_id,
        cast(null as {{ text_type() }}) as contact_email
    from unmatched
    inner join {{ ref('int_order_contact_ids') }} as order_contact_ids
        on
            unmatched.connection = order_contact_ids.connection
            and unmatched.order_id = order_contact_ids.order_id
    inner join {{ ref('int_person_contact_ids') }} as person_contact_ids
        on order_contact_ids.contact_reference = person_contact_ids.contact_reference
    where person_contact_ids.is_deleted and not unmatched.ordered_at < person_contact_ids.deleted_at

    union all

    select
        unmatched.connection,
        unmatched.order_id,
        2 as reason_rank,
        'contact_deleted' as unmatched_reason,
        cast(20000 as bigint) as hint_order,
        customer_persons.contact_connection,
        customer_persons.contact_id,
        customer_persons.match_email as contact_email
    from unmatched
    inner join {{ ref('int_customer_persons') }} as customer_persons
        on
            unmatched.connection = customer_persons.connection
            and unmatched.customer_id = customer_persons.customer_id
    where customer_persons.is_deleted and not unmatched.ordered_at < customer_persons.deleted_at

    union all

    select
        connection,
        order_id,
        3 as reason_rank,
        'alias_candidate' as unmatched_reason,
        alias_rank as hint_order,
        contact_connection,
        contact_id,
        contact_email
    from {{ ref('int_order_aliases') }}

    union all

    select
        candidates.connection,
        candidates.order_id,
        4 as reason_rank,
        'near_miss' as unmatched_reason,
        candidates.candidate_rank * 10 + contact_emails.kind_rank as hint_order,
        contact_emails.contact_connection,
        contact_emails.contact_id,
        contact_emails.email_normalized as contact_email
    from candidates
    inner join similar_domains on candidates.domain = similar_domains.domain
    inner join contact_emails
        on
            candidates.local_part = contact_emails.local_part
            and similar_domains.similar_domain = contact_emails.domain
    where not contact_emails.is_deleted or candidates.ordered_at < contact_emails.deleted_at
),

ranked as (
    select
        hints.*,
        row_number() over (
            partition by connection, order_id
            order by reason_rank, hint_order, contact_email, contact_connection, contact_id
        ) as hint_rank
    from hints
),

nearest as (
    select * from ranked
    where hint_rank = 1
),

candidate_lists as (
    select
        connection,
        order_id,
        {{ text_list(pii('email_normalized'), 'candidate_rank') }} as candidate_emails
    from candidates
    group by connection, order_id
)

select
    unmatched.connection,
    unmatched.order_id,
    case
        when unmatched.is_ambiguous then 'ambiguous'
        when nearest.order_id is not null then nearest.unmatched_reason
        when candidate_lists.order_id is null then 'no_email'
        else 'no_contact_with_email'
    end as unmatched_reason,
    candidate_lists.candidate_emails,
    nearest.contact_connection as nearest_contact_connection,
    nearest.contact_id as nearest_contact_id,
    coalesce(
        {{ pii('nearest.contact_email') }}, {{ pii('contacts.email_normalized') }}
    ) as nearest_contact_email
from unmatched
left join candidate_lists
    on unmatched.connection = candidate_lists.connection and unmatched.order_id = candidate_lists.order_id
left join nearest
    on unmatched.connection = nearest.connection and unmatched.order_id = nearest.order_id
left join contacts
    on
        nearest.contact_connection = contacts.connection
        and nearest.contact_id = contacts.contact_id
