with addresses as (
    {{ contact_addresses(
        'hubspot', 'contacts', email='properties.email', additional_emails='properties.hs_additional_emails'
    ) }}
)

select
    connection,
    contact_id,
    email_normalized,
    email_kind,
    first_seen_at,
    last_seen_at
from addresses
