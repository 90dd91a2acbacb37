with documents as (
    {{ raw_documents('files', 'products') }}
)

select
    connection,
    id as product_id,
    {{ json_text('data', 'name') }} as product_name,
    is_deleted
from documents
