{{ raw_past('files', 'ad_days') }}
