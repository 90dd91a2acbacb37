with former_documents as (
    {{ raw_past('stripe', 'customers') }}
),

addresses as (
    select
        connection,
        id as customer_id,
        {{ email_normal_form(json_text('data', 'email')) }} as email_normalized,
        replaced_version
    from former_documents
)

select
    connection,
    customer_id,
    email_normalized,
    {{ version_time('max(replaced_version)') }} as last_seen_at
from addresses
where email_normalized is not null
group by connection, customer_id, email_normalized
