with documents as (
    {{ raw_documents('files', 'exchange_rates') }}
)

select
    connection,
    lower({{ json_text('data', 'base_currency') }}) as base_currency,
    lower({{ json_text('data', 'quote_currency') }}) as quote_currency,
    {{ json_date('data', 'date') }} as rate_date,
    {{ json_numeric('data', 'rate') }} as rate,
    is_deleted
from documents
