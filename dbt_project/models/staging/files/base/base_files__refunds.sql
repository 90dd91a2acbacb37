{{ raw_documents('files', 'refunds') }}
