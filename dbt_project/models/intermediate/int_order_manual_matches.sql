with orders as (
    select * from {{ ref('int_orders') }}
),

order_emails as (
    select * from {{ ref('int_order_emails') }}
),

links as (
    select * from {{ ref('int_manual_links') }}
    where person_id is not null
),

-- The narrower link wins: the order's own, then its Stripe customer's, then that of an address.
linkable as (
    select
        connection,
        order_id,
        'order_id' as kind,
        order_id as value,
        cast(1 as bigint) as closeness
    from orders

    union all

    select
        connection,
        order_id,
        'customer_id' as kind,
        customer_id as value,
        cast(2 as bigint) as closeness
    from orders
    where customer_id is not null

    union all

    select
        connection,
        order_id,
        'email' as kind,
        email_normalized as value,
        2 + candidate_rank as closeness
    from order_emails
),

linked as (
    select
        linkable.connection,
        linkable.order_id,
        linkable.kind,
        linkable.value,
        links.contact_connection,
        links.contact_id,
        links.person_id,
        row_number() over (
            partition by linkable.connection, linkable.order_id
            order by
                linkable.closeness asc,
                links.linked_on desc,
                coalesce(links.valid_from, cast('0001-01-01' as date)) desc,
                links.person_id asc
        ) as link_rank
    from linkable
    inner join links on linkable.kind = links.kind and linkable.value = links.value
    inner join orders on linkable.connection = orders.connection and linkable.order_id = orders.order_id
    where
        coalesce(links.connection, linkable.connection) = linkable.connection
        and {{ local_date('orders.ordered_at', report_timezone()) }}
        between coalesce(links.valid_from, cast('0001-01-01' as date))
        and coalesce(links.valid_until, cast('9999-12-31' as date))
)

select
    connection,
    order_id,
    case when kind = 'email' then value end as match_email,
    contact_connection,
    contact_id,
    person_id
from linked
where link_rank = 1
