"""What is written of the rows that were read: only what is new or changed, bad rows kept aside, all of it counted.

Belongs here: which rows make a load package, the counts. Does not: what a row holds (`rows.py`), how rows get into
Postgres (`loading.py`), which windows are done (`windows.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryDirectory

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from connectors.connector import Connection
from connectors.sync import ledger
from connectors.sync.fields import Sample, sample
from connectors.sync.loading import Loader, Package
from connectors.sync.side_by_side import side_by_side
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


@dataclass(frozen=True)
class Fresh:
    """Rows of one table that change it, one an id: those not held, and those held otherwise from an earlier sight."""

    new: pa.Table
    changed: pa.Table

    def __len__(self) -> int:
        """How many rows."""
        return len(self.new) + len(self.changed)

    def ids(self) -> list[str]:
        """Whose they are."""
        return [*self.new["id"].to_pylist(), *self.changed["id"].to_pylist()]

    def load(self, name: str, package: Package) -> None:
        """Write them into the table."""
        if len(self.new):
            package.add(name, self.new)
        if len(self.changed):
            package.merge(name, self.changed)


class Landing:
    """The way into one connection's raw tables during one run; use it from one thread at a time."""

    def __init__(self, connection: Connection, db: psycopg.Connection, loader: Loader) -> None:
        """`db` is an autocommit session on the warehouse."""
        self.connection, self._db, self._loader = connection, db, loader
        self.counts: dict[str, Count] = defaultdict(Count)

    def land(self, batches: Mapping[str, Sequence[pa.Table]], *, confirms: bool = False) -> dict[str, list[str]]:
        """Write the newest sight of each object; returns the ids written, by table.

        With `confirms`, an equal object's version is moved on, so that an older sight that comes late does not win.
        """
        found = {
            name: self._fresh(name, pa.concat_tables(tables), confirms=confirms)
            for name, tables in batches.items()
            if any(len(table) for table in tables)
        }
        fresh = {name: rows for name, rows in found.items() if len(rows)}
        with self._package() as package:
            for name, rows in fresh.items():
                rows.load(name, package)
        return {name: rows.ids() for name, rows in fresh.items()}

    def stream(self, batches: Mapping[str, Iterable[pa.Table]]) -> None:
        """Write what the iterators give, as they are read side by side: all of it, or nothing when one raises."""
        seen: dict[str, set[str]] = defaultdict(set)
        with self._package() as package, closing(side_by_side(batches)) as sources:
            for name, rows in sources:
                self._first_sights(rows, seen[name], name).load(name, package)

    @contextmanager
    def _package(self) -> Iterator[Package]:
        """A load package, whose change is noted before it is seen, for a kill may come then, and after."""
        package = None
        try:
            with self._loader.package() as package:
                yield package
                if package.rows:
                    ledger.note_change(self._db, self.connection)
        finally:
            if package and package.rows:
                ledger.note_change(self._db, self.connection)

    def _first_sights(self, rows: pa.Table, seen: set[str], name: str) -> Fresh:
        ids = rows["id"].to_pylist()
        is_first = pa.array([identity not in seen for identity in ids], pa.bool_())
        seen.update(filter(None, ids))
        return self._fresh(name, rows.filter(is_first))

    def _fresh(self, name: str, rows: pa.Table, *, confirms: bool = False) -> Fresh:
        """The rows that change the table, one an id."""
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
        new: list[int] = []
        changed: list[int] = []
        confirmed = []
        count = Count()
        for identity, at in newest.items():
            version, content = held.get(identity, (-1, ""))
            if versions[at] >= version and hashes[at] != content:
                is_held = identity in held
                (changed if is_held else new).append(at)
                count.deleted += gone[at]
                count.changed += is_held and not gone[at]
                count.new += not is_held and not gone[at]
            elif versions[at] > version:
                confirmed.append((versions[at], identity))
        if confirms and confirmed:
            self._confirm(name, confirmed)
        self.counts[name] += count
        return Fresh(_taken(rows, new), _taken(rows, changed))

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


@contextmanager
def landing(
    connection: Connection, warehouse: Warehouse, db: psycopg.Connection, names: Collection[str]
) -> Iterator[Landing]:
    """A landing in the raw tables `names`; `db` is an autocommit session on the warehouse."""
    with TemporaryDirectory(prefix="leadline-") as folder:
        loader = Loader(connection, warehouse, names, folder, session_name(connection.connector))
        try:
            yield Landing(connection, db, loader)
        finally:
            loader.close()


def _taken(rows: pa.Table, places: list[int]) -> pa.Table:
    return rows if len(places) == len(rows) else rows.take(pa.array(places, pa.int64()))


def session_name(connector: str) -> str:
    """The application name of a sync's sessions, by which a successor finds what a killed run left behind."""
    return f"leadline-sync-{connector}"
