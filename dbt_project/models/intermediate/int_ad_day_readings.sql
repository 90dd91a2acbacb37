{{ union_staging('ad_day_readings', {
    'connection': 'text',
    'ad_day_id': 'text',
    'account_id': 'text',
    'campaign_id': 'text',
    'ad_id': 'text',
    'spend_date': 'date',
    'currency': 'text',
    'spend_micros': 'bigint',
    'impressions': 'bigint',
    'clicks': 'bigint',
    'is_deleted': 'boolean',
    'is_current': 'boolean',
    'read_at': 'timestamp'
}) }}
