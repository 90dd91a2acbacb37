{{ union_staging('contacts', {
    'connection': 'text',
    'contact_id': 'text',
    'email': 'text',
    'email_normalized': 'text',
    'first_name': 'text',
    'last_name': 'text',
    'lifecycle_stage': 'text',
    'original_source': 'text',
    'original_source_detail_1': 'text',
    'original_source_detail_2': 'text',
    'original_medium': 'text',
    'original_term': 'text',
    'is_deleted': 'boolean',
    'deleted_at': 'timestamp',
    'created_at': 'timestamp'
}) }}
