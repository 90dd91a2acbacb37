select
    connection,
    connector,
    is_test,
    synced_at
from {{ ref('base_ingest__connections') }}
