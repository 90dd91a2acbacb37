{{ raw_documents('files', 'subscriptions') }}
