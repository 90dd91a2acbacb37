"""What a sync says while it runs: a line in the terminal, and observations of its tables in the Dagster UI.

Belongs here: how often and in which words. Does not: counting (`connectors/`), results (`ingestion.py`).
"""

import time
from collections import Counter
from collections.abc import Collection
from threading import Lock

from dagster import AssetExecutionContext, AssetObservation

from connectors.registry import Connection, Progress
from orchestration.progress import say

LINE_SECONDS = 2.0
OBSERVATION_SECONDS = 10.0


class SyncProgress:
    """Takes the progress of one connection's sync, from whichever thread; speaks of `tables` only."""

    def __init__(self, context: AssetExecutionContext, connection: Connection, tables: Collection[str]) -> None:
        self._context, self._connection, self._tables = context, connection, tables
        self._said = self._observed_at = time.monotonic()
        self._read: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self._observed: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, progress: Progress) -> None:
        """Say it, if it is time."""
        with self._lock:
            now = time.monotonic()
            for table, read in progress.tables.items():  # of one scan; the next counts from nothing again
                last = self._last.get(table, 0)
                self._read[table] += read - last if read >= last else read
                self._last[table] = read
            if now - self._said >= LINE_SECONDS:
                self._said = now
                say(self._context, f"{self._connection.name}: {progress}")
            if now - self._observed_at >= OBSERVATION_SECONDS:
                self._observed_at = now
                self._observe(progress)

    def _observe(self, progress: Progress) -> None:
        for table in self._tables:
            read = self._read[table]
            if read == self._observed[table]:
                continue
            self._observed[table] = read
            self._context.log_event(
                AssetObservation(
                    asset_key=[self._connection.connector, table],
                    description=f"{self._connection.name}: {progress}",
                    metadata={
                        "connection": self._connection.name,
                        "doing": progress.what,
                        "objects_read": read,
                        "ranges_done": progress.ranges_done,
                        "ranges_known": progress.ranges_known,
                        "requests_per_second": round(progress.requests_per_second, 1),
                        "requests_allowed": round(progress.requests_allowed, 1),
                        "seconds_left": None if progress.seconds_left is None else round(progress.seconds_left),
                    },
                )
            )
