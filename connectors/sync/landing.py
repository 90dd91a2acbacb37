"""Writing rows into raw tables through dlt: one load package a call, only what is new or changed, bad rows kept aside.

Belongs here: which rows are written, the package, the counts. Does not: what a row holds (`rows.py`), which windows
are done (`windows.py`).
"""

import logging
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from connectors import warehouse as warehouses
from connectors.connector import Connection
from connectors.errors import LeadlineError, RetryError
from connectors.sync import ledger
from connectors.sync.fields import Sample, sample
from connectors.sync.raw_tables import guarded_upsert
from connectors.warehouse import Warehouse


@dataclass
class Count:
    """What one run did to one table, in objects: read, written as new, changed or gone, refused for want of an id.

    `bytes` are those of the objects read, as JSON; `newest` is when the youngest of them was made, where it is told;
    `fields` a sample of theirs.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    deleted: int = 0
    quarantined: int = 0
    bytes: int = 0
    newest: datetime | None = None
    fields: Sample = field(default_factory=Sample)

    @property
    def written(self) -> int:
        """Rows that were written, whatever for."""
        return self.new + self.changed + self.deleted

    def __add__(self, other: "Count") -> "Count":
        """Both together."""
        numbers = ("read", "new", "changed", "deleted", "quarantined", "bytes")
        sums = {name: getattr(self, name) + getattr(other, name) for name in numbers}
        newest = max(filter(None, (self.newest, other.newest)), default=None)
        return Count(**sums, newest=newest, fields=self.fields + other.fields)


class Landing:
    """The way into one connection's raw tables during one run; use it from one thread at a time."""

    def __init__(self, connection: Connection, warehouse: Warehouse, db: psycopg.Connection, folder: str) -> None:
        """`folder` holds dlt's working files; `db` is an autocommit session on the warehouse."""
        self.connection, self.warehouse, self.folder = connection, warehouse, folder
        self._db = db
        self._pipeline: Any = None
        self.counts: dict[str, Count] = defaultdict(Count)

    def land(self, batches: Mapping[str, Sequence[pa.Table]], *, confirms: bool = False) -> dict[str, list[str]]:
        """Write the newest sight of each object; returns the ids written, by table.

        With `confirms`, an equal object's version is moved on, so that an older sight that comes late does not win.
        """
        fresh = {
            name: self._fresh(name, pa.concat_tables(tables), confirms=confirms)
            for name, tables in batches.items()
            if any(len(table) for table in tables)
        }
        written = {name: rows["id"].to_pylist() for name, rows in fresh.items() if len(rows)}
        if written:
            ledger.note_change(self._db, self.connection)  # before as well: a kill may come between rows and note
            self._load_and_note({name: _given_away([fresh.pop(name)]) for name in written})
        return written

    def stream(self, batches: Mapping[str, Iterable[pa.Table]]) -> None:
        """Write what the iterators give, as they are read: all of it, or nothing when one of them raises."""
        self._load_and_note({name: self._first_sights(name, tables) for name, tables in batches.items()}, parallel=True)

    def _load_and_note(self, batches: Mapping[str, Iterable[pa.Table]], *, parallel: bool = False) -> None:
        """Load, and note the change though loading stops midway: some tables may hold their rows by then."""
        names = list(batches)
        try:
            self._load(batches, parallel=parallel)
        finally:
            if any(self.counts[name].written for name in names):
                ledger.note_change(self._db, self.connection)

    def _first_sights(self, name: str, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        seen: set[str | None] = set()
        for table in tables:
            new = pa.array([identity not in seen for identity in table["id"].to_pylist()])
            seen.update(identity for identity in table["id"].to_pylist() if identity)
            rows = self._fresh(name, table.filter(new))
            if len(rows):
                yield rows

    def _fresh(self, name: str, rows: pa.Table, *, confirms: bool = False) -> pa.Table:
        """The rows that change the table, one an id: those not held, or held otherwise from an earlier sight."""
        newest_read = pc.max(rows["created_at"]).as_py()
        self.counts[name] += Count(len(rows), bytes=rows["data"].nbytes, newest=newest_read, fields=sample(rows))
        rows = self._keyed(name, rows)
        ids, versions, hashes = (rows[column].to_pylist() for column in ("id", "version", "content_hash"))
        gone = rows["is_deleted"].to_pylist()
        held = self.held(name, list(set(ids)))
        newest: dict[str, int] = {}
        for at, identity in enumerate(ids):
            best = newest.get(identity)
            if best is None or versions[at] > versions[best]:
                newest[identity] = at
        kept, confirmed = [], []
        count = Count()
        for identity, at in newest.items():
            version, content = held.get(identity, (-1, ""))
            if versions[at] >= version and hashes[at] != content:
                kept.append(at)
                count.deleted += gone[at]
                count.changed += bool(content and not gone[at])
                count.new += not content and not gone[at]
            elif versions[at] > version:
                confirmed.append((versions[at], identity))
        if confirms and confirmed:
            self._confirm(name, confirmed)
        self.counts[name] += count
        return rows.take(pa.array(kept, pa.int64()))

    def _keyed(self, name: str, rows: pa.Table) -> pa.Table:
        """The rows with an id; the others go to the quarantine."""
        if not rows["id"].null_count:
            return rows
        refused = rows.filter(rows["id"].is_null())
        self.refuse(name, [(data, "the object has no id") for data in refused["data"].to_pylist()])
        return rows.filter(rows["id"].is_valid())

    def refuse(self, name: str, refused: Sequence[tuple[str, str]]) -> None:
        """Keep objects (as JSON text, with the reason) in the quarantine, and count them."""
        self.counts[name].quarantined += len(refused)
        ledger.quarantine(self._db, self.connection, name, refused)

    def held(self, name: str, ids: list[str]) -> dict[str, tuple[int, str]]:
        """The version and the content hash of each of these rows that the table holds, by id."""
        query = sql.SQL(
            "select id, version, content_hash from {} where connection = %s and id = any(%s)"
        ).format(sql.Identifier(self.connection.schema, name))  # fmt: skip
        rows = self._db.execute(query, [self.connection.name, ids]).fetchall()
        return {identity: (version, content) for identity, version, content in rows}

    def _confirm(self, name: str, confirmed: list[tuple[int, str]]) -> None:
        query = sql.SQL("update {} set version = %s where connection = %s and id = %s and version < %s").format(
            sql.Identifier(self.connection.schema, name)
        )
        with self._db.transaction(), self._db.cursor() as cursor:
            cursor.executemany(query, [(v, self.connection.name, identity, v) for v, identity in confirmed])

    def _load(self, batches: Mapping[str, Iterable[pa.Table]], *, parallel: bool = False) -> None:
        import dlt
        from dlt.pipeline.exceptions import PipelineStepFailed

        resources = [
            dlt.resource(
                tables,
                name=name,
                primary_key=["connection", "id"],
                write_disposition=guarded_upsert(self.connection.schema, name),
                columns={"data": {"data_type": "json"}},
                file_format="parquet",
                parallelized=parallel,
            )
            for name, tables in batches.items()
        ]
        try:
            (self._pipeline or self._open_pipeline()).run(resources)
        except PipelineStepFailed as error:
            raise _reason(error, self.connection) from error

    def _open_pipeline(self) -> Any:
        import dlt  # costs 0.5 s, so only where data really moves
        from dlt.destinations import postgres

        os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
        os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
        os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")  # or every package ever stays on disk
        os.environ.setdefault("LOAD__WORKERS", "1")
        self._pipeline = dlt.pipeline(
            pipeline_name=self.connection.name.replace("@", "_at_"),
            pipelines_dir=self.folder,
            destination=postgres(
                credentials=warehouses.dlt_url(self.warehouse, session_name(self.connection.connector))
            ),
            dataset_name=self.connection.schema,
        )  # fmt: skip
        return self._pipeline


@contextmanager
def landing(connection: Connection, warehouse: Warehouse, db: psycopg.Connection) -> Iterator[Landing]:
    """A landing with a working folder of its own: what a killed run extracted is never half loaded."""
    with TemporaryDirectory(prefix="leadline-") as folder:
        yield Landing(connection, warehouse, db, folder)


def _given_away(tables: list[pa.Table]) -> Iterator[pa.Table]:
    """The tables, held by nobody once they were given: dlt's resources lie in cycles until the next collection."""
    while tables:
        yield tables.pop()


def session_name(connector: str) -> str:
    """The application name of a sync's sessions, by which a successor finds what a killed run left behind."""
    return f"leadline-sync-{connector}"


def _reason(error: BaseException, connection: Connection) -> LeadlineError:
    """Our own error inside dlt's, else a sentence around the innermost cause."""
    innermost = error
    while (deeper := innermost.__cause__ or innermost.__context__) is not None:
        innermost = deeper
        if isinstance(innermost, LeadlineError):
            return innermost
    logging.getLogger(__name__).debug("sync failed", exc_info=error)
    return RetryError(f"{connection.name}: loading stopped: {type(innermost).__name__}: {str(innermost).strip()}")
