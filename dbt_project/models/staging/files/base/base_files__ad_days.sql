{{ raw_documents('files', 'ad_days') }}
