{{ raw_documents('files', 'contact_tags') }}
