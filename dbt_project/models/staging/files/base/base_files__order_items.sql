{{ raw_documents('files', 'order_items') }}
