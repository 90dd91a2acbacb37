{{ union_staging('contact_emails', {
    'connection': 'text',
    'contact_id': 'text',
    'email_normalized': 'text',
    'email_kind': 'text',
    'first_seen_at': 'timestamp',
    'last_seen_at': 'timestamp'
}) }}
