"""Pages that were read and not yet landed: a bounded number of bytes, also as files for the run after a killed one.

    readers ──put──► <folder>/000000042.arrow ──pending──► landing, ledger ──remove──►

A page's rows stay in memory until they have landed, so that landing does not queue behind the readers for its files.

Belongs here: writing, listing and removing page files. Does not: what is in their rows, when they are landed.
"""

import contextlib
import json
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from threading import Condition

import pyarrow as pa

from connectors.sync.coverage import Slice

MOST_BYTES = 24 * 2**20
"""Unlanded bytes at which readers wait for the writer: ahead of it, they would only take its time."""


@dataclass(frozen=True)
class Spooled:
    """One page: rows of `table`, read for `window`; `slice` is what it covers, None for rows beside a page.

    `kept` are the rows while they are in memory; those of a killed run are in the file alone.
    """

    path: Path
    table: str
    window: str
    slice: Slice | None
    bytes: int
    kept: pa.Table | None = field(default=None, repr=False, compare=False)

    def rows(self) -> pa.Table:
        """What is in it."""
        return _read(self.path) if self.kept is None else self.kept


def _read(path: Path) -> pa.Table:
    with pa.OSFile(str(path), "rb") as file:
        return pa.ipc.open_file(file).read_all().replace_schema_metadata(None)


class Spool:
    """The page files of one connection; many readers put, one writer takes."""

    def __init__(self, folder: Path) -> None:
        """Opens the folder, with whatever a killed run left in it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        for half_written in folder.glob("*.part"):
            half_written.unlink()
        left = sorted(folder.glob("*.arrow"))
        try:
            self._waiting = {path: _found(path) for path in left}
        except (pa.ArrowInvalid, OSError, ValueError, KeyError, TypeError):  # the machine went down, and pages with it
            for path in left:
                path.unlink()
            self._waiting = {}
        self._next = count(int(left[-1].stem) + 1 if left else 0)
        self._changed = Condition()
        self._is_hurried = False
        self._is_released = False

    def put(self, table: str, rows: pa.Table, window: str, covered: Slice | None = None) -> None:
        """Keep a page; waits while too much is unlanded. A page is whole or not there, whenever the process dies."""
        said = {"table": table, "window": window, "slice": asdict(covered) if covered else None}
        with self._changed:
            while self._bytes() > MOST_BYTES and not self._is_released:
                self._changed.wait()
            path = self._folder / f"{next(self._next):09d}.arrow"
        part = path.with_suffix(".part")
        with pa.OSFile(str(part), "wb") as file:
            schema = rows.schema.with_metadata({"page": json.dumps(said)})
            with pa.ipc.new_file(file, schema) as writer:
                writer.write_table(rows)
        part.replace(path)
        with self._changed:
            self._waiting[path] = Spooled(path, table, window, covered, rows.nbytes, rows)
            self._changed.notify_all()

    def pending(self, most_bytes: int = 2**40) -> list[Spooled]:
        """Pages, each table's oldest first, up to about that many bytes: of the table most waits of, then the next.

        Few tables at a time, because each one costs a load package more than its rows do.
        """
        with self._changed:
            sizes: Counter[str] = Counter()
            for waiting in self._waiting.values():
                sizes[waiting.table] += waiting.bytes
            pages, size = [], 0
            for table, _ in sizes.most_common():
                for path in sorted(path for path, waiting in self._waiting.items() if waiting.table == table):
                    if size < most_bytes:
                        pages.append(self._waiting[path])
                        size += self._waiting[path].bytes
            return pages

    def wait(self, seconds: float, enough_bytes: int) -> None:
        """Wait for pages: until there are enough, or the time is over."""
        ends = time.monotonic() + seconds
        with self._changed:
            while self._bytes() < enough_bytes and not self._is_hurried and (left := ends - time.monotonic()) > 0:
                self._changed.wait(left)
            self._is_hurried = False

    def _bytes(self) -> int:
        return sum(waiting.bytes for waiting in self._waiting.values())

    def hurry(self) -> None:
        """End the wait for pages: a reader has nothing more to read."""
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()

    def close(self) -> None:
        """Remove the folder, and the one of its warehouse, when nothing is left in them."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()
            self._folder.parent.rmdir()

    def release(self) -> None:
        """Let no reader wait any more: nobody lands what they put before the next run."""
        with self._changed:
            self._is_released = True
            self._changed.notify_all()

    def remove(self, pages: Collection[Spooled]) -> None:
        """Forget pages that have landed, or that nobody asks for any more."""
        for page in pages:
            page.path.unlink(missing_ok=True)
        with self._changed:
            for page in pages:
                self._waiting.pop(page.path, None)
            self._changed.notify_all()


def _found(path: Path) -> Spooled:
    with pa.OSFile(str(path), "rb") as file:
        whole = pa.ipc.open_file(file).read_all()  # a torn file must be found now, not when it lands
    said = json.loads(whole.schema.metadata[b"page"])
    covered = Slice(**said["slice"]) if said["slice"] else None
    return Spooled(path, said["table"], said["window"], covered, path.stat().st_size)
