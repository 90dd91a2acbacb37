"""Reading many lists over their windows at once: reader threads fill the spool, this thread lands it.

    gaps ──Plan──► readers ──Spool──► Landing ──► slices

Belongs here: threads, the order of landing, progress. Does not: who reads what (`plan.py`), how a vendor is asked.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, Thread

import psycopg
import pyarrow as pa

from connectors.connector import Connection, Page, Table
from connectors.errors import ConfigError, LeadlineError, RetryError, StopError
from connectors.sync import rows, windows
from connectors.sync.budget import Budget
from connectors.sync.coverage import FOREVER, Slice, gaps, merged
from connectors.sync.landing import Landing
from connectors.sync.plan import FIRST_OBJECT, Plan, Range
from connectors.sync.progress import OnProgress, Progress
from connectors.sync.spool import Spool
from connectors.sync.windows import Window

READERS = 16
PACKAGE_BYTES = 12 * 2**20
PACKAGE_SECONDS = 1.0
"""A load package is made of what was read in this time, or sooner when it is that large."""

ReadRange = Callable[[Table, int, int, str | None], Page]
"""A page of a table created in [since, until) after a cursor, newest first."""


class CursorGone(LeadlineError):
    """The object a cursor names was deleted, so the list cannot be continued from it."""


class _Unsorted(LeadlineError):
    """A list is not in order of creation, or not filtered by it, so it cannot be read by ranges."""


class Unreadable(ConfigError):
    """A list cannot be read, said the vendor at its time `seen_at`; `lacks_permission` when the key is why."""

    def __init__(self, message: str, seen_at: datetime | None = None, *, lacks_permission: bool = True) -> None:
        """Keep the time and the cause beside the message."""
        super().__init__(message)
        self.seen_at, self.lacks_permission = seen_at, lacks_permission


@dataclass
class Scan:
    """One pass over some tables' windows; `listed` are tables whose shown ids are kept, to find what vanished.

    `written` are the ids of rows that were new or changed, of the tables in `kept`.
    `unsorted` tables are read from end to end, because their lists are not in order of creation or not filtered by it;
    one that turns out to be so is added and left for another scan. `begins` is when the account did (Unix seconds).
    """

    what: str
    connection: Connection
    tables: Mapping[str, Table]
    windows: Mapping[str, Window]
    read: ReadRange
    spool: Spool
    landing: Landing
    db: psycopg.Connection
    synced_at: datetime
    budget: Budget
    unsorted: set[str] = field(default_factory=set)
    listed: Collection[str] = ()
    kept: Collection[str] = ()
    begins: int = FIRST_OBJECT
    on_progress: OnProgress = lambda _: None
    refusals: dict[str, Unreadable] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _error: BaseException | None = None
    _lock: Lock = field(default_factory=Lock)

    def run(self) -> dict[str, Window]:
        """Read and land everything; returns the windows that are whole. `refusals` says which could not be read, why.

        What was read before an error has landed; the error of the first reader that had one is raised.
        """
        slices = self._slices()
        now = max((int(window.opened_at.timestamp()) for window in self.windows.values()), default=FIRST_OBJECT)
        plan = Plan(READERS, self.begins, now)
        for name, window in self.windows.items():
            plan.add(
                name,
                gaps(slices[window.id], window.since, FOREVER),
                can_split=name not in self.unsorted,
                memory=windows.memory(self.db, self.connection, name) if window.kind == windows.HISTORY else (),
            )
        threads = (
            [] if plan.is_done else [Thread(target=self._reader, args=[plan], daemon=True) for _ in range(READERS)]
        )
        self._go(plan, threads)
        if self._error:
            raise self._error
        read = {n: w for n, w in self.windows.items() if n not in self.refusals and not plan.is_dropped(n)}
        for name, window in read.items():
            if left := gaps(windows.slices(self.db, window), window.since, FOREVER):
                raise RetryError(f"{self.connection.name}/{name}: reading ended with {len(left)} gaps; run it again.")
        return read

    def _slices(self) -> dict[str, list[Slice]]:
        """What has landed of each window, and what a killed run had read of it besides."""
        slices = defaultdict(list, {window.id: windows.slices(self.db, window) for window in self.windows.values()})
        unfinished = windows.unfinished(self.db, self.connection)
        for page in self.spool.pending():
            if page.window not in unfinished:
                self.spool.remove([page])
            elif page.slice:
                slices[page.window].append(page.slice)
        return slices

    def _go(self, plan: Plan, threads: list[Thread]) -> None:
        started = time.monotonic()
        try:
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                self.spool.wait(PACKAGE_SECONDS, PACKAGE_BYTES)
                self._land()
                self._tell(plan, started)
            while self._land():
                self._tell(plan, started)
        finally:
            plan.stop()
            self.spool.release()
            for thread in threads:
                thread.join()

    def _reader(self, plan: Plan) -> None:
        try:
            while (part := plan.take()) is not None:
                self._read_range(plan, part)
        except BaseException as error:  # noqa: BLE001 raised again by the thread that called `run`
            with self._lock:
                self._error = self._error or error
            plan.stop()
        finally:
            self.spool.hurry()

    def _read_range(self, plan: Plan, part: Range) -> None:
        while plan.goes_on(part):
            try:
                found = self._read_page(plan, part)
            except CursorGone:
                plan.restart_second(part)
            except Unreadable as error:
                with self._lock:
                    self.refusals[part.table] = error
                plan.drop(part.table)
            except _Unsorted:
                with self._lock:
                    self.unsorted.add(part.table)
                plan.drop(part.table)
            else:
                while found:
                    self.spool.put(*found.pop(0))

    def _read_page(self, plan: Plan, part: Range) -> list[tuple[str, pa.Table, str, Slice | None]]:
        """What to spool of the range's next page, in that order; the objects themselves, ten times as large, go."""
        table, window = self.tables[part.table], self.windows[part.table]
        until = FOREVER if part.table in self.unsorted else part.until
        page = self.read(table, part.since, until, part.cursor)
        times = self._times(table, page, part.since, until)
        last = table.identify(page.objects[-1]) if page.objects else None
        if page.has_more and (not last or last == part.cursor):
            raise StopError(f"{self.connection.name}/{table.name}: the list does not advance after {part.cursor}.")
        covered = plan.read(part, times, last, page.has_more)
        found: list[tuple[str, pa.Table, str, Slice | None]] = []
        for name, objects in page.beside.items():
            inside = Page(objects, page.seen_at, page.api_version)
            found.append((name, self._rows(self.tables[name], inside), window.id, None))
        return [*found, (table.name, self._rows(table, page), window.id, covered)]

    def _rows(self, table: Table, page: Page) -> pa.Table:
        return rows.of_page(table, self.connection, page, self.synced_at)

    def _times(self, table: Table, page: Page, since: int, until: int) -> list[int]:
        created = [table.created(obj) for obj in page.objects]
        times = [int(time.timestamp()) for time in created if time is not None]
        if page.has_more and not times:
            raise StopError(
                f"{self.connection.name}/{table.name}: a page of {len(page.objects)} objects has more behind it, and"
                " none of them says when it was created, so the list cannot be divided by time."
            )
        is_in_order = sorted(times, reverse=True) == times and all(since <= time < until for time in times)
        if table.name not in self.unsorted and not is_in_order:
            raise _Unsorted(table.name)
        return times

    def _land(self) -> bool:
        pages = self.spool.pending(PACKAGE_BYTES)
        if not pages:
            return False
        parts: dict[str, list[Slice]] = defaultdict(list)
        seen: dict[str, list[str]] = defaultdict(list)
        for page in pages:
            if page.slice:
                parts[page.window].append(page.slice)
                if page.table in self.listed:
                    seen[page.window] += page.rows()["id"].drop_null().to_pylist()
        batches: dict[str, list[pa.Table]] = defaultdict(list)
        for page in pages:
            batches[page.table].append(page.rows())
        for name, ids in self.landing.land(batches).items():
            if name in self.kept:
                self.written[name] += ids
        windows.land(self.db, {window: merged(part) for window, part in parts.items()}, seen)
        self.spool.remove(pages)
        return True

    def _tell(self, plan: Plan, started: float) -> None:
        outlook = plan.outlook()
        rate = outlook.objects / max(time.monotonic() - started, 0.1)
        left = outlook.objects_left / rate if rate and outlook.ranges_done else None
        self.on_progress(
            Progress(
                self.what, outlook.objects, outlook.ranges_done, outlook.ranges_known,
                self.budget.rate, self.budget.allowed, left, outlook.read,
            )
        )  # fmt: skip
