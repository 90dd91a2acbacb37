"""Which fields a vendor's objects have, and when that changes: an API that grows or loses some says so in no answer.

Belongs here: sampling objects, comparing with what `ingest.fields` remembers. Does not: what a field means (staging).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import orjson
import psycopg
import pyarrow as pa

from connectors.connector import Connection

SAMPLED_AT_ONCE = 20
"""Objects of a batch that are looked into: vendors change their APIs for all objects, and parsing costs."""

LEAST_OBJECTS = 20
"""Objects that must all have a field, and later all lack it, before it is taken for gone."""


@dataclass(frozen=True)
class Sample:
    """How many objects were looked into, and how many of them had each field, by the field's name."""

    objects: int = 0
    having: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Sample") -> "Sample":
        """Both together."""
        return Sample(self.objects + other.objects, self.having + other.having)


@dataclass(frozen=True)
class Changes:
    """Fields that were not there before, and fields that every object had and none has any more."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def sample(rows: pa.Table) -> Sample:
    """The fields of the first living objects among raw rows; a tombstone shows an older state."""
    data = rows.slice(0, SAMPLED_AT_ONCE).select(["data", "is_deleted"]).to_pylist()
    objects = [orjson.loads(row["data"]) for row in data if not row["is_deleted"]]
    return Sample(len(objects), Counter(name for one in objects if isinstance(one, dict) for name in one))


def note(db: psycopg.Connection, connection: Connection, table: str, seen: Sample, at: datetime) -> Changes:
    """Remember what was seen at `at`; returns what changed. The first look at a table changes nothing."""
    if not seen.objects:
        return Changes()
    rows = db.execute(
        "select field, is_usual, gone_at is not null from ingest.fields where connection = %s and table_name = %s",
        [connection.name, table],
    ).fetchall()
    usual = {name: is_usual for name, is_usual, _ in rows}
    was_gone = {name for name, _, is_gone in rows if is_gone}
    new = sorted(name for name in seen.having if name not in usual or name in was_gone)
    absent = {name for name, is_usual in usual.items() if is_usual and name not in seen.having} - was_gone
    is_enough = seen.objects >= LEAST_OBJECTS
    gone = sorted(absent) if is_enough else []
    now_rare = [n for n, is_usual in usual.items() if is_usual and 0 < seen.having[n] < seen.objects]
    with db.transaction(), db.cursor() as cursor:
        cursor.executemany(
            "insert into ingest.fields values (%s, %s, %s, %s, %s, null)"
            " on conflict (connection, table_name, field) do update set gone_at = null",
            [(connection.name, table, name, is_enough and seen.having[name] == seen.objects, at) for name in new],
        )
        cursor.executemany(
            "update ingest.fields set gone_at = %s where connection = %s and table_name = %s and field = %s",
            [(at, connection.name, table, name) for name in gone],
        )
        cursor.executemany(
            "update ingest.fields set is_usual = false where connection = %s and table_name = %s and field = %s",
            [(connection.name, table, name) for name in now_rare],
        )
    return Changes(tuple(new) if usual else (), tuple(gone))
