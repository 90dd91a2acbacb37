with documents as (
    {{ raw_documents('hubspot', 'deals') }}
)

select distinct
    documents.connection,
    documents.id as deal_id,
    {{ json_text('associated.value', 'id') }} as contact_id
from documents
{{ explode_json_list('documents.data', 'associations.contacts.results', as='associated') }}
