"""Reading every table whole at each sync, for vendors that cannot say what has changed.

Belongs here: pages to rows, a table beside the other. Does not: windows and resuming (`scan.py`).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import pyarrow as pa

from connectors.connector import Page, Read, Table
from connectors.sync import gone, rows
from connectors.sync.progress import Progress
from connectors.sync.session import Session

BATCH_ROWS = 5_000


def read_whole(session: Session, read: Read) -> None:
    """Land all that `read` gives of every table, or nothing when it fails on the way."""
    tables = [table for table in session.connector.tables if table.name in session.tables]
    session.landing.stream({table.name: _batches(session, table, read(session.connection, table)) for table in tables})


def _batches(session: Session, table: Table, pages: Iterator[Page]) -> Iterator[pa.Table]:
    """Arrow tables of at least `BATCH_ROWS` rows, but for the last."""
    waiting: list[pa.Table] = []
    read = 0
    for page in pages:
        waiting.append(rows.of_page(table, session.connection, page, session.synced_at))
        read += len(page.objects)
        session.on_progress(Progress(table.name, read, tables={table.name: read}))
        if sum(len(batch) for batch in waiting) >= BATCH_ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def replace_whole(session: Session, lists: Iterable[tuple[Table, Iterable[Page]]]) -> None:
    """Land tables as their pages show them, and bury what was held and is in none of them, at the first page's time.

    Nothing is buried of a table whose last page says that more would follow, or whose reading breaks off.
    """
    waiting: dict[str, list[pa.Table]] = {}
    for table, pages in lists:
        held, shown, read = gone.living(session, table), set[str | None](), 0
        began: datetime | None = None
        is_whole = False
        for page in pages:
            began, is_whole = began or page.seen_at, not page.has_more
            shown.update(map(table.identify, page.objects))
            waiting.setdefault(table.name, []).append(
                rows.of_page(table, session.connection, page, session.synced_at)
            )  # fmt: skip
            read += len(page.objects)
            session.on_progress(Progress(table.name, read, tables={table.name: read}))
            if sum(len(batch) for batches in waiting.values() for batch in batches) >= BATCH_ROWS:
                session.landing.land(waiting)
                waiting = {}
        vanished = held - shown
        if began and vanished and is_whole:
            gone.bury(session, table, sorted(vanished), began)
        elif vanished:
            session.notes.append(f"{table.name} was not shown whole, so nothing of it was taken for gone.")
    session.landing.land(waiting)
