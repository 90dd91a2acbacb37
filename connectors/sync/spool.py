"""Pages that were read and not yet landed, as files: they bound memory, and a killed run's pages are not asked again.

    readers ──put──► <folder>/000000042.arrow ──pending──► landing, ledger ──remove──►

Belongs here: writing, listing and removing page files. Does not: what is in their rows, when they are landed.
"""

import contextlib
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from threading import Condition

import pyarrow as pa

from connectors.sync.coverage import Slice

MOST_BYTES = 96 * 2**20
"""Unlanded bytes at which readers wait for the writer."""


@dataclass(frozen=True)
class Spooled:
    """One page file: rows of `table`, read for `window`; `slice` is what it covers, None for rows beside a page."""

    path: Path
    table: str
    rows: pa.Table
    window: str
    slice: Slice | None


class Spool:
    """The page files of one connection; many readers put, one writer takes."""

    def __init__(self, folder: Path) -> None:
        """Opens the folder, with whatever a killed run left in it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        for half_written in folder.glob("*.part"):
            half_written.unlink()
        left = sorted(folder.glob("*.arrow"))
        if not all(_is_whole(path) for path in left):  # the machine went down, and with it pages
            for path in left:
                path.unlink()
            left = []
        self._next = count(int(left[-1].stem) + 1 if left else 0)
        self._sizes = {path: path.stat().st_size for path in left}
        self._bytes = sum(self._sizes.values())
        self._changed = Condition()
        self._is_hurried = False
        self._is_released = False

    def put(self, table: str, rows: pa.Table, window: str, covered: Slice | None = None) -> None:
        """Keep a page; waits while too much is unlanded. A page is whole or not there, whenever the process dies."""
        said = {"table": table, "window": window, "slice": asdict(covered) if covered else None}
        with self._changed:
            while self._bytes > MOST_BYTES and not self._is_released:
                self._changed.wait()
            path = self._folder / f"{next(self._next):09d}.arrow"
        part = path.with_suffix(".part")
        with pa.OSFile(str(part), "wb") as file:
            schema = rows.schema.with_metadata({"page": json.dumps(said)})
            with pa.ipc.new_file(file, schema) as writer:
                writer.write_table(rows)
        part.replace(path)
        with self._changed:
            self._sizes[path] = path.stat().st_size
            self._bytes += self._sizes[path]
            self._changed.notify_all()

    def pending(self, most_bytes: int = 2**40) -> list[Spooled]:
        """The oldest pages, up to about that many bytes."""
        with self._changed:
            paths, size = [], 0
            for path in sorted(self._sizes):
                if size >= most_bytes:
                    break
                paths.append(path)
                size += self._sizes[path]
        return [_read(path) for path in paths]

    def wait(self, seconds: float, enough_bytes: int) -> None:
        """Wait for pages: until there are enough, or the time is over."""
        ends = time.monotonic() + seconds
        with self._changed:
            while self._bytes < enough_bytes and not self._is_hurried and (left := ends - time.monotonic()) > 0:
                self._changed.wait(left)
            self._is_hurried = False

    def hurry(self) -> None:
        """End the wait for pages: a reader has nothing more to read."""
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()

    def close(self) -> None:
        """Remove the folder when nothing is left in it."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def release(self) -> None:
        """Let no reader wait any more: nobody lands what they put before the next run."""
        with self._changed:
            self._is_released = True
            self._changed.notify_all()

    def remove(self, pages: Iterable[Spooled]) -> None:
        """Forget pages that have landed, or that nobody asks for any more."""
        for page in pages:
            page.path.unlink(missing_ok=True)
            with self._changed:
                self._bytes -= self._sizes.pop(page.path, 0)
                self._changed.notify_all()


def _read(path: Path) -> Spooled:
    with pa.OSFile(str(path), "rb") as file:
        rows = pa.ipc.open_file(file).read_all()
    said = json.loads(rows.schema.metadata[b"page"])
    covered = Slice(**said["slice"]) if said["slice"] else None
    return Spooled(path, said["table"], rows.replace_schema_metadata(None), said["window"], covered)


def _is_whole(path: Path) -> bool:
    try:
        _read(path)
    except (pa.ArrowInvalid, OSError, ValueError, KeyError, TypeError):
        return False
    return True
