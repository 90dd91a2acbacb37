with addresses as (
    {{ contact_addresses('kit', 'subscribers', email='email_address') }}
)

select
    connection,
    contact_id,
    email_normalized,
    email_kind,
    first_seen_at,
    last_seen_at
from addresses
