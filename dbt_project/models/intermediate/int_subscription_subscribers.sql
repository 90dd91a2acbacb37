with subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

order_matches as (
    select
        orders.connection,
        orders.order_id,
        orders.subscription_id,
        orders.customer_id,
        orders.ordered_at,
        matches.person_id,
        matches.payer_id,
        matches.match_method,
        matches.match_email,
        case when payments.collected_minor > 0 then payments.first_paid_at end as paid_at
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_order_matches') }} as matches
        on orders.connection = matches.connection and orders.order_id = matches.order_id
    left join {{ ref('int_payment_totals') }} as payments
        on orders.connection = payments.connection and orders.order_id = payments.order_id
),

of_its_orders as (
    select
        connection,
        subscription_id,
        person_id,
        match_method,
        match_email,
        row_number()
            over (partition by connection, subscription_id order by ordered_at, order_id)
            as match_rank
    from order_matches
    where subscription_id is not null and person_id is not null
),

customers as (
    select
        connection,
        customer_id,
        email_normalized
    from {{ ref('stg_stripe__customers') }}
    where not is_test_data and email_normalized is not null
),

addresses as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        subscriptions.started_at,
        coalesce(subscriptions.email_normalized, customers.email_normalized) as email_normalized
    from subscriptions
    left join customers
        on
            subscriptions.connection = customers.connection
            and subscriptions.customer_id = customers.customer_id
),

-- A deletion ends what a contact answers for; what was subscribed before it stays the person's.
answers as (
    select
        addresses.connection,
        addresses.subscription_id,
        addresses.email_normalized,
        person_emails.email_kind,
        person_emails.person_id,
        case person_emails.email_kind when 'primary' then 1 when 'additional' then 2 else 3 end as kind_rank,
        count(*) over (
            partition by addresses.connection, addresses.subscription_id, person_emails.email_kind
        ) as persons
    from addresses
    inner join {{ ref('int_person_emails') }} as person_emails
        on addresses.email_normalized = person_emails.email_normalized
    where not person_emails.is_deleted or addresses.started_at < person_emails.deleted_at
),

-- An address of two persons decides nothing, and the next kind of address is asked.
of_its_address as (
    select
        connection,
        subscription_id,
        person_id,
        {{ pii('email_normalized') }} as match_email,
        case email_kind
            when 'primary' then 'email_primary'
            when 'additional' then 'email_secondary'
            else 'email_history'
        end as match_method,
        row_number() over (partition by connection, subscription_id order by kind_rank) as match_rank
    from answers
    where persons = 1
),

-- The customer's other orders decide where they agree, as for an order.
of_its_customer as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        customer_persons.person_id,
        {{ pii('customer_persons.match_email') }} as match_email,
        count(*) over (partition by subscriptions.connection, subscriptions.subscription_id) as persons
    from subscriptions
    inner join {{ ref('int_customer_persons') }} as customer_persons
        on
            subscriptions.connection = customer_persons.connection
            and subscriptions.customer_id = customer_persons.customer_id
    where not customer_persons.is_deleted or subscriptions.started_at < customer_persons.deleted_at
),

of_its_contact as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        persons.person_id
    from subscriptions
    inner join {{ ref('int_persons') }} as persons
        on subscriptions.connection = persons.connection and subscriptions.contact_id = persons.contact_id
    where not persons.is_deleted or subscriptions.started_at < persons.deleted_at
),

matched as (
    select
        subscriptions.connection,
        subscriptions.subscription_id,
        subscriptions.customer_id,
        addresses.email_normalized,
        coalesce(
            of_its_contact.person_id,
            of_its_orders.person_id,
            of_its_address.person_id,
            of_its_customer.person_id
        ) as person_id,
        case
            when of_its_contact.person_id is not null then 'crm_id'
            when of_its_orders.person_id is not null then of_its_orders.match_method
            when of_its_address.person_id is not null then of_its_address.match_method
            when of_its_customer.person_id is not null then 'same_customer'
        end as match_method,
        case
            when of_its_contact.person_id is not null then null
            when of_its_orders.person_id is not null then of_its_orders.match_email
            when of_its_address.person_id is not null then of_its_address.match_email
            else of_its_customer.match_email
        end as match_email
    from subscriptions
    left join addresses
        on
            subscriptions.connection = addresses.connection
            and subscriptions.subscription_id = addresses.subscription_id
    left join of_its_contact
        on
            subscriptions.connection = of_its_contact.connection
            and subscriptions.subscription_id = of_its_contact.subscription_id
    left join of_its_orders
        on
            subscriptions.connection = of_its_orders.connection
            and subscriptions.subscription_id = of_its_orders.subscription_id
            and of_its_orders.match_rank = 1
    left join of_its_customer
        on
            subscriptions.connection = of_its_customer.connection
            and subscriptions.subscription_id = of_its_customer.subscription_id
            and of_its_customer.persons = 1
    left join of_its_address
        on
            subscriptions.connection = of_its_address.connection
            and subscriptions.subscription_id = of_its_address.subscription_id
            and of_its_address.match_rank = 1
),

named as (
    select
        matched.*,
        case
            when person_id is not null then 'person:' || person_id
            when customer_id is not null then 'customer:' || connection || ':' || customer_id
            when email_normalized is not null then 'email:' || {{ pii('email_normalized') }}
            else 'subscription:' || connection || ':' || subscription_id
        end as subscriber_id
    from matched
),

first_payments_of_payers as (
    select
        payer_id,
        min(paid_at) as paid_at
    from order_matches
    where paid_at is not null
    group by payer_id
),

first_payments_of_customers as (
    select
        connection,
        customer_id,
        min(paid_at) as paid_at
    from order_matches
    where paid_at is not null and customer_id is not null
    group by connection, customer_id
)

select
    named.connection,
    named.subscription_id,
    named.subscriber_id,
    named.person_id,
    named.match_method,
    named.match_email,
    least(of_payer.paid_at, of_customer.paid_at) as first_paid_at
from named
left join first_payments_of_payers as of_payer on named.subscriber_id = of_payer.payer_id
left join first_payments_of_customers as of_customer
    on named.connection = of_customer.connection and named.customer_id = of_customer.customer_id
