"""Landing spooled pages, a load package at a time; in a process of its own once an account turns out to be large.

    readers ──Spool──► Packages ──pages' paths──► `python -m connectors.sync.packages` ──dlt──► raw tables

dlt's share of the work would otherwise hold up the readers of the same interpreter. The process ends with its parent,
whose successor ends what it left running in the warehouse.
Does not belong here: what is written (`landing.py`), which pages make a package, the ledger (`scan.py`).
"""

import os
import pickle
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Self

from connectors import warehouse as warehouses
from connectors.errors import RetryError
from connectors.sync import memory
from connectors.sync.landing import Count, Landing, session_name
from connectors.sync.spool import Spooled, read

LARGE_BYTES = 12 * 2**20
"""A package of that size pays for a process: one that is made of what was read in a second is smaller otherwise."""


class Packages:
    """Lands packages for one scan; the results are the landing's own, wherever the work is done."""

    def __init__(self, landing: Landing) -> None:
        """Start nothing yet."""
        self._landing = landing
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Nothing to do before the first large package."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process; it is landing nothing now."""
        if self._process and self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()

    def land(self, pages: Sequence[Spooled]) -> dict[str, list[str]]:
        """Write the pages' rows as one load package; returns the ids written, by table. Raises as `Landing.land`."""
        if not self._process and sum(page.bytes for page in pages) < LARGE_BYTES:
            return _land(self._landing, [(page.table, page.path) for page in pages])
        self._process = self._process or self._start()
        written, counts, error = self._ask([(page.table, page.path) for page in pages])
        for name, count in counts.items():
            self._landing.counts[name] += count
        if error:
            raise error
        return written

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "connectors.sync.packages"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self._process = process
        folder = Path(self._landing.folder) / "process"
        folder.mkdir(exist_ok=True)
        self._send((self._landing.connection, self._landing.warehouse, str(folder)))
        return process

    def _ask(self, pages: list[tuple[str, Path]]) -> tuple[dict[str, list[str]], dict[str, Count], Exception | None]:
        assert self._process and self._process.stdout
        try:
            self._send(pages)
            answer: tuple[dict[str, list[str]], dict[str, Count], Exception | None] = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            code = self._process.wait()
            raise RetryError(
                f"{self._landing.connection.name}: the process that loads pages ended with {code}; run it again."
            ) from error
        return answer

    def _send(self, said: Any) -> None:
        assert self._process and self._process.stdin
        pickle.dump(said, self._process.stdin)
        self._process.stdin.flush()


def _land(landing: Landing, pages: Sequence[tuple[str, Path]]) -> dict[str, list[str]]:
    batches = defaultdict(list)
    for table, path in pages:
        batches[table].append(read(path))
    return landing.land(batches)


def _serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Land what the parent asks for."""
    memory.frugal()
    connection, warehouse, folder = pickle.load(asked)
    jobs: SimpleQueue[list[tuple[str, Path]]] = SimpleQueue()
    Thread(target=_listen, args=(asked, jobs), daemon=True).start()
    with warehouses.connect(warehouse, autocommit=True) as db:
        db.execute("select set_config('application_name', %s, false)", [session_name(connection.connector)])
        landing = Landing(connection, warehouse, db, folder)
        while True:
            pages = jobs.get()
            written, error = {}, None
            try:
                written = _land(landing, pages)
            except Exception as raised:  # noqa: BLE001 raised again by the parent
                error = raised
            counts = dict(landing.counts)
            landing.counts.clear()
            pickle.dump((written, counts, _portable(error)), answers)
            answers.flush()


def _listen(asked: IO[bytes], jobs: "SimpleQueue[list[tuple[str, Path]]]") -> None:
    """Queue what is asked, and end with the parent: at once, because a successor may be starting when it was killed."""
    try:
        while True:
            jobs.put(pickle.load(asked))
    finally:
        os._exit(0)


def _portable(error: Exception | None) -> Exception | None:
    """The error in a form that the parent can raise, without the chain that led to it."""
    try:
        return pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 whatever does not pickle is told in words
        return RetryError(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    to_parent = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not be taken for an answer
    _serve(sys.stdin.buffer, to_parent)
