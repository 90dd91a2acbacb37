"""What a reader must know before believing a number: how fresh the sources are, and which checks failed.

Belongs here: the shape, and the freshness as `ingest` tells it. Does not: match rate and reconciliation, which the
reports themselves tell (`answers.py`).
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row


@dataclass(frozen=True)
class Source:
    """A connection, whose account it is, and when it was last synced to the end (UTC; None when never)."""

    connection: str
    account: str | None
    is_test: bool
    synced_at: datetime | None


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not hold: its name, whether it fails the build or only warns, what it found."""

    name: str
    is_error: bool
    found: str


@dataclass(frozen=True)
class Checks:
    """What the last build's checks said: when it ran, how many held, which did not."""

    ran_at: datetime
    passed: int
    failed: tuple[FailedCheck, ...]

    @property
    def errors(self) -> int:
        """How many of those that did not hold fail the build; the others warn."""
        return sum(check.is_error for check in self.failed)

    @property
    def all(self) -> int:
        """How many ran."""
        return self.passed + len(self.failed)

    def as_json(self) -> dict[str, Any]:
        """For the site's own note of itself."""
        return {**asdict(self), "ran_at": self.ran_at.isoformat()}

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Checks":
        """What `as_json` gave."""
        return cls(
            datetime.fromisoformat(held["ran_at"]),
            held["passed"],
            tuple(FailedCheck(**check) for check in held["failed"]),
        )


@dataclass(frozen=True)
class Trust:
    """Sources and checks; `checks` is None when no build has told of them."""

    sources: tuple[Source, ...] = ()
    checks: Checks | None = None

    @property
    def as_of(self) -> datetime | None:
        """The moment all sources have been synced up to: the oldest of their last syncs."""
        synced = [source.synced_at for source in self.sources if source.synced_at]
        return min(synced, default=None)


def sources(db: psycopg.Connection[Any]) -> tuple[Source, ...]:
    """Every connection, as the schema `ingest` tells it; nothing in a warehouse that was never synced into."""
    with db.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("select to_regclass('ingest.connections')::text")
        if cursor.fetchone() in (None, (None,)):
            return ()
        cursor.execute("select connection, account_id, is_test, synced_at from ingest.connections order by 1")
        return tuple(Source(*row) for row in cursor.fetchall())
