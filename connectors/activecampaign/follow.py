"""One sync of an ActiveCampaign account: each list whole once, then what is new, and whole again once a day.

    history (resumes) ──► what was updated or added, every sync ──► the whole list, daily: changes and deletions

Only contacts can be asked for by time of change, and nothing can be asked for what is gone: reading a list again is
the only way to see that. Does not belong here: requests and paging (`client.py`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pyarrow as pa

from connectors.activecampaign.client import ActiveCampaignApi, ids_of
from connectors.activecampaign.tables import ActiveCampaignTable, Changes
from connectors.connector import Page
from connectors.sync import cursors, rows
from connectors.sync.progress import Progress
from connectors.sync.session import Session
from connectors.sync.whole import replace_whole

WHOLE_EVERY = timedelta(days=1)
OVERLAP = timedelta(hours=1)
"""How far before the last look updated contacts are asked for: clocks differ, and an index can lag."""
BATCH_ROWS = 5_000


def follow(session: Session) -> None:
    """Bring the tables asked for up to date. Raises `ConfigError` for a token or an address that is refused."""
    api = ActiveCampaignApi(session.connection)
    waiting = _Waiting(session)
    try:
        for table in session.connector.tables:
            if table.name in session.tables and isinstance(table, ActiveCampaignTable):
                _List(session, api, table, waiting).bring_up_to_date()
        waiting.land()
    finally:
        session.spent(api.budget)


class _Waiting:
    """Pages of all lists that land together, and the cursors that move once they have."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pages: dict[str, list[pa.Table]] = {}
        self._cursors: dict[str, str | None] = {}
        self._rows = 0

    def add(self, table: ActiveCampaignTable, page: Page) -> None:
        """Keep a page until enough wait."""
        session = self._session
        if self._rows >= BATCH_ROWS:
            self.land()
        self._pages.setdefault(table.name, []).append(
            rows.of_page(table, session.connection, page, session.synced_at)
        )  # fmt: skip
        self._rows += len(page.objects)

    def move(self, name: str, cursor: str | None) -> None:
        """Move a cursor, or forget it, once all that was added has landed."""
        self._cursors[name] = cursor

    def land(self) -> None:
        """Write what waits, then the cursors."""
        db, connection = self._session.db, self._session.connection
        self._session.landing.land(self._pages)
        for name, cursor in self._cursors.items():
            if cursor is None:
                cursors.forget(db, connection, name)
            else:
                cursors.put(db, connection, name, cursor)
        self._pages, self._cursors, self._rows = {}, {}, 0


class _List:
    """One list. Its cursors: when a `whole` reading last began, what was `seen` last, how far a first one `reached`."""

    def __init__(
        self, session: Session, api: ActiveCampaignApi, table: ActiveCampaignTable, waiting: _Waiting
    ) -> None:  # fmt: skip
        self._session, self._api, self._table, self._waiting = session, api, table, waiting
        self._read = 0

    def bring_up_to_date(self) -> None:
        """Read what the time since the last whole reading asks for."""
        whole, changes = self._cursor("whole"), self._table.changes
        if whole is None:
            self._read_history()
        elif changes is Changes.WHOLE or self._session.synced_at - datetime.fromisoformat(whole) >= WHOLE_EVERY:
            self._read_whole()
        elif changes is Changes.UPDATED:
            self._read_updated()
        else:
            self._read_added()

    def _read_history(self) -> None:
        """From where a killed sync stopped, or from the start; what goes meanwhile is found by the next whole."""
        began, highest = self._cursor("began"), 0
        for step in self._api.walk(self._table, int(self._cursor("reached") or 0)):
            began = began or step.page.seen_at.isoformat()
            highest = max([highest, *ids_of(step.page)])
            self._add(step.page)
            self._move("began", began)
            self._move("reached", str(step.position))
        self._finish(began, highest)
        self._move("began", None)
        self._move("reached", None)

    def _read_whole(self) -> None:
        began, highest = [], [0]

        def pages() -> Iterator[Page]:
            for step in self._api.walk(self._table):
                began.append(step.page.seen_at.isoformat())
                highest.extend(ids_of(step.page))
                yield step.page

        replace_whole(self._session, [(self._table, pages())])
        self._finish(began[0], max(highest))

    def _read_updated(self) -> None:
        since, began = self._cursor("seen"), None
        assert since
        for step in self._api.walk(self._table, since=datetime.fromisoformat(since) - OVERLAP):
            began = began or step.page.seen_at.isoformat()
            self._add(step.page)
        self._move("seen", began)

    def _read_added(self) -> None:
        """Newest first, down to what was the newest at the last look; whole where that order is not heeded."""
        known = newest = int(self._cursor("seen") or 0)
        above: int | None = None
        for page in self._api.newest(self._table):
            ids = ids_of(page)
            if ids != sorted(ids, reverse=True) or (above is not None and ids and ids[0] > above):
                self._session.notes.append(f"{self._table.name} did not come newest first, so it was read whole.")
                self._read_whole()
                return
            self._add(page)
            newest = max([newest, *ids])
            if not ids or ids[-1] <= known:
                break
            above = ids[0]
        self._move("seen", str(newest))

    def _finish(self, began: str | None, highest: int) -> None:
        """Note a whole reading that began at the vendor's time `began`, and what was seen last."""
        self._move("seen", began if self._table.changes is Changes.UPDATED else str(highest))
        self._move("whole", began)

    def _add(self, page: Page) -> None:
        self._waiting.add(self._table, page)
        self._read += len(page.objects)
        self._session.on_progress(Progress(self._table.name, self._read, tables={self._table.name: self._read}))

    def _cursor(self, name: str) -> str | None:
        return cursors.get(self._session.db, self._session.connection, f"{self._table.name} {name}")

    def _move(self, name: str, cursor: str | None) -> None:
        self._waiting.move(f"{self._table.name} {name}", cursor)
