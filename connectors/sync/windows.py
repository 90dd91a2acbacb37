"""Windows: spans of creation time a table is read over, and the slices of them that have landed.

A table's `history` is the window from the beginning on; a `follow` window starts a little before the one it follows
was opened. Windows have no end: what is created later is the next one's. Slices are written right
after the load package of their rows, so a kill costs no more than the pages on their way.
Does not belong here: gaps between slices (`coverage.py`), reading them (`scan.py`).
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from connectors.connector import Connection
from connectors.sync.coverage import BEGINNING, Slice

HISTORY, FOLLOW = "history", "follow"


@dataclass(frozen=True)
class Window:
    """What was created from `since` (Unix seconds) on, read from the vendor's time `opened_at` on."""

    id: str
    table: str
    kind: str
    since: int
    reason: str
    opened_at: datetime
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """Whether everything in it has landed."""
        return self.finished_at is not None


def latest(db: psycopg.Connection, connection: Connection, kind: str) -> dict[str, Window]:
    """The last opened window of that kind, by table."""
    rows = db.execute(
        "select distinct on (table_name) window_id, table_name, kind, since, reason, opened_at, finished_at"
        " from ingest.windows where connection = %s and kind = %s order by table_name, opened_at desc",
        [connection.name, kind],
    ).fetchall()
    return {window.table: window for window in (Window(*row) for row in rows)}


def open_window(
    db: psycopg.Connection,
    connection: Connection,
    table: str,
    kind: str,
    opened_at: datetime,
    *,
    since: int = BEGINNING,
    reason: str = "first sync",
) -> Window:
    """Open a window; unfinished ones of the table and kind are given up."""
    window = Window(uuid.uuid4().hex, table, kind, since, reason, opened_at)
    with db.transaction():
        db.execute(
            "delete from ingest.windows where connection = %s and table_name = %s and kind = %s"
            " and finished_at is null",
            [connection.name, table, kind],
        )
        db.execute(
            "insert into ingest.windows values (%s, %s, %s, %s, %s, %s, %s, null)",
            [window.id, connection.name, table, kind, since, reason, opened_at],
        )
    return window


def unfinished(db: psycopg.Connection, connection: Connection) -> set[str]:
    """The ids of the connection's windows that have not landed whole."""
    query = "select window_id from ingest.windows where connection = %s and finished_at is null"
    return {window for (window,) in db.execute(query, [connection.name]).fetchall()}


def slices(db: psycopg.Connection, window: Window) -> list[Slice]:
    """The window's slices, in the order they landed."""
    rows = db.execute(
        "select since, until, cursor, objects, pages from ingest.slices where window_id = %s order by slice_number",
        [window.id],
    ).fetchall()
    return [Slice(*row) for row in rows]


def memory(db: psycopg.Connection, connection: Connection, table: str) -> list[Slice]:
    """The slices of the table's last finished history: where its objects stand in time."""
    rows = db.execute(
        "select slices.since, until, cursor, objects, pages from ingest.slices join ingest.windows using (window_id)"
        " where connection = %s and table_name = %s and kind = 'history' and finished_at is not null",
        [connection.name, table],
    ).fetchall()
    return [Slice(*row) for row in rows]


def land(db: psycopg.Connection, landed: Mapping[str, Iterable[Slice]], seen: Mapping[str, Iterable[str]]) -> None:
    """Remember slices by window, and the ids that a list read again has shown, all or nothing."""
    with db.transaction():
        with db.cursor().copy(
            "copy ingest.slices (window_id, since, until, cursor, objects, pages) from stdin"
        ) as copy:
            for window, parts in landed.items():
                for part in parts:
                    copy.write_row((window, part.since, part.until, part.cursor, part.objects, part.pages))
        for window, ids in seen.items():
            with db.cursor().copy("copy ingest.seen (window_id, id) from stdin") as copy:
                for identity in ids:
                    copy.write_row((window, identity))


def vanished(db: psycopg.Connection, connection: Connection, schema: str, window: Window) -> list[str]:
    """Ids the raw table held before the window was opened and that its list did not show.

    Slices of no page were taken over from the window before: what was created in them was not asked for.
    """
    query = sql.SQL(
        "select id from {} as held where connection = %s and not is_deleted and version <= %s"
        " and not exists (select 1 from ingest.seen where window_id = %s and seen.id = held.id)"
        " and not exists (select 1 from ingest.slices where window_id = %s and pages = 0"
        " and extract(epoch from created_at) >= since and extract(epoch from created_at) < until)"
    ).format(sql.Identifier(schema, window.table))  # fmt: skip
    version = int(window.opened_at.timestamp() * 1_000_000)
    return [identity for (identity,) in db.execute(query, [connection.name, version, window.id, window.id]).fetchall()]


def finish(db: psycopg.Connection, connection: Connection, window: Window) -> None:
    """The window has landed whole; earlier ones of its kind are forgotten with their slices."""
    with db.transaction():
        db.execute("delete from ingest.seen where window_id = %s", [window.id])
        db.execute("update ingest.windows set finished_at = now() where window_id = %s", [window.id])
        db.execute(
            "delete from ingest.windows where connection = %s and table_name = %s and kind = %s and window_id <> %s",
            [connection.name, window.table, window.kind, window.id],
        )
