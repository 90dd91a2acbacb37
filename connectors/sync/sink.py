"""From a vendor's pages to Arrow rows of one raw table, as a dlt resource with the guarded upsert.

Belongs here: rows, versions, duplicates, what is quarantined. Does not: asking the vendor, running the pipeline.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import dlt
import orjson
import pyarrow as pa
from dlt.extract import DltResource

from connectors.connector import Connection, Connector, Object, Page, Table
from connectors.sync.raw_tables import ARROW_SCHEMA, guarded_upsert
from connectors.sync.storable import storable

BATCH_ROWS = 5_000


@dataclass
class TableLoad:
    """What one run read of one table: objects seen, and objects without an id, which cannot be keyed."""

    table: Table
    read: int = 0
    rejected: list[Object] = field(default_factory=list)


def resource(
    connector: Connector,
    connection: Connection,
    load: TableLoad,
    synced_at: datetime,
    on_page: Callable[[TableLoad], None],
) -> DltResource:
    """The table as a dlt resource: reads when dlt extracts it, beside the other tables of the run."""
    return dlt.resource(
        _batches(connector.read(connection, load.table), connection, load, synced_at, on_page),
        name=load.table.name,
        primary_key=["connection", "id"],
        write_disposition=guarded_upsert(connector, load.table),
        columns={"data": {"data_type": "json"}},
        file_format="parquet",
        parallelized=True,
    )


def _batches(
    pages: Iterator[Page],
    connection: Connection,
    load: TableLoad,
    synced_at: datetime,
    on_page: Callable[[TableLoad], None],
) -> Iterator[pa.Table]:
    """Arrow tables of at most about `BATCH_ROWS`; an id seen twice in the run is kept as first seen."""
    rows: list[dict[str, object]] = []
    seen: set[str] = set()
    for page in pages:
        for obj in page.objects:
            load.read += 1
            identity = load.table.identify(obj)
            if not identity:
                load.rejected.append(obj)
            elif identity not in seen:
                seen.add(identity)
                rows.append(_row(obj, identity, page, connection, load.table, synced_at))
        on_page(load)
        if len(rows) >= BATCH_ROWS:
            yield pa.Table.from_pylist(rows, schema=ARROW_SCHEMA)
            rows = []
    if rows:
        yield pa.Table.from_pylist(rows, schema=ARROW_SCHEMA)


def _row(
    obj: Object, identity: str, page: Page, connection: Connection, table: Table, synced_at: datetime
) -> dict[str, object]:
    data = orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
    if b"\\u0000" in data:
        data = orjson.dumps(storable(obj), option=orjson.OPT_SORT_KEYS)
    return {
        "connection": connection.name,
        "id": identity,
        "created_at": table.created(obj),
        "version": int(page.seen_at.timestamp() * 1_000_000),
        "api_version": page.api_version,
        "is_deleted": False,
        "synced_at": synced_at,
        "content_hash": hashlib.blake2b(data, digest_size=16).hexdigest(),
        "data": data.decode(),
    }
