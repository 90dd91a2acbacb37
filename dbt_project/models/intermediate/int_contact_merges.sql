{{ union_staging('contact_merges', {
    'connection': 'text',
    'contact_id': 'text',
    'merged_contact_id': 'text',
    'merged_at': 'timestamp'
}) }}
