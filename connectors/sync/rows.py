"""From a vendor's objects to Arrow rows of one raw table: versions, hashes, storable text.

Belongs here: what a row holds. Does not: which rows are written (`landing.py`), asking the vendor.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson
import pyarrow as pa

from connectors.connector import Connection, Object, Page, Table
from connectors.sync.raw_tables import ARROW_SCHEMA
from connectors.sync.storable import storable

_HASHED_AT_ONCE = 2_000
"""Bytes; from 2,048 on hashlib lets go of the interpreter, and among many readers getting it back costs more."""


@dataclass(frozen=True)
class Sight:
    """An object as it was seen: `version` orders sights (microseconds), a deleted object's is its last known state."""

    object: Object
    version: int
    api_version: str | None = None
    is_deleted: bool = False


def sights(page: Page, version: int | None = None) -> list[Sight]:
    """A page's objects as they were seen, at the page's time unless another version is given."""
    at = version_of(page.seen_at) if version is None else version
    return [Sight(obj, at, page.api_version) for obj in page.objects]


def version_of(seen_at: datetime) -> int:
    """The version of a sight at the vendor's time `seen_at`."""
    return int(seen_at.timestamp() * 1_000_000)


def of_page(table: Table, connection: Connection, page: Page, synced_at: datetime) -> pa.Table:
    """A page's objects as rows."""
    return of_sights(table, connection, sights(page), synced_at)


def of_sights(table: Table, connection: Connection, seen: Iterable[Sight], synced_at: datetime) -> pa.Table:
    """Sights as rows of the raw schema; an object without an id has a NULL id, for the quarantine."""
    seen = list(seen)
    data = [_stored(sight.object) for sight in seen]
    count = len(seen)
    columns = [
        pa.array([connection.name] * count, pa.string()),
        pa.array([table.identify(sight.object) or None for sight in seen], pa.string()),
        pa.array([table.created(sight.object) for sight in seen], ARROW_SCHEMA.field("created_at").type),
        pa.array([sight.version for sight in seen], pa.int64()),
        pa.array([sight.api_version for sight in seen], pa.string()),
        pa.array([sight.is_deleted for sight in seen], pa.bool_()),
        pa.array([synced_at] * count, ARROW_SCHEMA.field("synced_at").type),
        pa.array([_hash(sight, text) for sight, text in zip(seen, data, strict=True)], pa.string()),
        pa.array(data, pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=ARROW_SCHEMA)


def _stored(obj: Object) -> bytes:
    data = orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
    if b"\\" in data and b"\\u0000" in data:  # one byte is looked for ten times as fast
        data = orjson.dumps(storable(obj), option=orjson.OPT_SORT_KEYS)
    return data


def _hash(sight: Sight, data: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16, person=b"deleted" if sight.is_deleted else b"")
    for start in range(0, len(data), _HASHED_AT_ONCE):
        digest.update(data[start : start + _HASHED_AT_ONCE])
    return digest.hexdigest()
