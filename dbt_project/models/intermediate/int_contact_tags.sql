{{ union_staging('contact_tags', {
    'connection': 'text',
    'tag_addition_id': 'text',
    'contact_id': 'text',
    'tag_kind': 'text',
    'tag_id': 'text',
    'tag_name': 'text',
    'is_currently_applied': 'boolean',
    'added_at': 'timestamp',
    'removed_at': 'timestamp'
}) }}
