{#
  Deleting one character on both sides at the same place finds a substitution; deleting one from the longer
  finds an insertion. So edit distance 1 is an equality join, never a comparison of every pair.
#}
with unknown_domains as (
    select distinct {{ email_domain('order_emails.email_normalized') }} as domain
    from {{ ref('int_order_emails') }} as order_emails
    inner join {{ ref('int_order_matches') }} as order_matches
        on
            order_emails.connection = order_matches.connection
            and order_emails.order_id = order_matches.order_id
    where order_matches.person_id is null
),

contact_domains as (
    select distinct {{ email_domain('email_normalized') }} as domain
    from {{ ref('int_person_emails') }}
),

domains as (
    select domain from unknown_domains

    union

    select domain from contact_domains
),

shortened as (
    select
        domains.domain,
        positions.position,
        substring(domains.domain, 1, positions.position - 1)
        || substring(domains.domain, positions.position + 1) as remainder
    from domains
    inner join {{ positions(255) }} as positions on length(domains.domain) >= positions.position
),

neighbours as (
    select
        one.domain,
        other.domain as similar_domain
    from shortened as one
    inner join shortened as other on one.position = other.position and one.remainder = other.remainder
    where one.domain <> other.domain and length(one.domain) = length(other.domain)

    union

    select
        shortened.domain,
        shortened.remainder as similar_domain
    from shortened

    union

    select
        shortened.remainder as domain,
        shortened.domain as similar_domain
    from shortened
)

select
    neighbours.domain,
    neighbours.similar_domain
from neighbours
inner join unknown_domains on neighbours.domain = unknown_domains.domain
inner join contact_domains on neighbours.similar_domain = contact_domains.domain
