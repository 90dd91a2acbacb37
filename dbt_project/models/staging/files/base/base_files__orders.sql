{{ raw_documents('files', 'orders') }}
