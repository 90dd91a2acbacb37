"""Reading every table whole at each sync, for vendors that cannot say what has changed.

Belongs here: pages to rows, a table beside the other. Does not: windows and resuming (`scan.py`).
"""

from collections.abc import Iterator

import pyarrow as pa

from connectors.connector import Page, Read, Table
from connectors.sync import rows
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
