"""Landing pages in batches, and remembering how far they reach once they have landed.

Belongs here: batches, versions. Does not: where pages come from (`objects.py`, `search.py`, `members.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from connectors.connector import Page, Table
from connectors.hubspot.tables import moment
from connectors.sync import rows
from connectors.sync.progress import Progress
from connectors.sync.rows import Sight, version_of
from connectors.sync.session import Session

BATCH_ROWS = 20_000
BATCH_BYTES = 32 * 2**20
"""A load costs the same few tenths of a second whatever its size; contacts of hundreds of properties are large."""


@dataclass
class Batches:
    """Pages of one table waiting to land together, from however many lists; `written` counts the rows that were.

    What HubSpot's index shows may be behind what its store showed before, so it is only as new as its `updatedAt`.
    """

    session: Session
    table: Table
    is_from_index: bool = False
    read: int = 0
    written: int = 0
    _waiting: list[pa.Table] = field(default_factory=list)
    _then: dict[str, Callable[[], None]] = field(default_factory=dict)

    def add(self, page: Page, then: Callable[[], None] | None = None, of: str = "") -> None:
        """Take in a page; once it has landed, the last `then` that was given for `of` is called."""
        on = self.session
        if self.is_from_index:
            seen = [Sight(obj, _updated(obj.get("updatedAt"), page), page.api_version) for obj in page.objects]
            self._waiting.append(rows.of_sights(self.table, on.connection, seen, on.synced_at))
        else:
            self._waiting.append(rows.of_page(self.table, on.connection, page, on.synced_at))
        if then:
            self._then[of] = then
        self.read += len(page.objects)
        on.on_progress(Progress(self.table.name, self.read, tables={self.table.name: self.read}))
        waiting = self._waiting
        if sum(map(len, waiting)) >= BATCH_ROWS or sum(batch.nbytes for batch in waiting) >= BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Land what waits."""
        waiting, then = self._waiting, self._then
        self._waiting, self._then = [], {}
        self.written += len(self.session.landing.land({self.table.name: waiting}).get(self.table.name, ()))
        for remember in then.values():
            remember()


def land(
    session: Session,
    table: Table,
    pages: Iterable[tuple[Page, Any]],
    remember: Callable[[Any], None] = lambda _: None,
    *,
    is_from_index: bool = False,
) -> int:
    """Land pages and call `remember` with what the last landed one reaches; returns how many rows were written."""
    batches = Batches(session, table, is_from_index)
    for page, reaches in pages:
        batches.add(page, partial(remember, reaches))
    batches.flush()
    return batches.written


def _updated(text: str | None, page: Page) -> int:
    return version_of(moment(text) or page.seen_at)
