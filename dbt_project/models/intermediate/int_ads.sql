{{ union_staging('ads', {
    'connection': 'text',
    'account_id': 'text',
    'campaign_id': 'text',
    'ad_group_id': 'text',
    'ad_id': 'text',
    'ad_name': 'text',
    'landing_url': 'text',
    'utm_source': 'text',
    'utm_medium': 'text',
    'utm_campaign': 'text',
    'utm_content': 'text',
    'utm_term': 'text'
}) }}
