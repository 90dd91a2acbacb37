with addresses as (
    {{ contact_addresses('files', 'contacts', email='email', additional_emails='additional_emails') }}
)

select
    connection,
    {{ pii_id('contact_id') }} as contact_id,
    email_normalized,
    email_kind,
    first_seen_at,
    last_seen_at
from addresses
