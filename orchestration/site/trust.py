"""What a reader must know before believing a number: how fresh the sources are, and which checks failed.

Belongs here: both as `ingest` tells them. Does not: match rate and reconciliation, which the
reports themselves tell (`answers.py`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from orchestration import build_stamp, check_results
from orchestration.check_results import Checks


@dataclass(frozen=True)
class Source:
    """A connection, whose account it is, and when it was last synced to the end (UTC; None when never)."""

    connection: str
    account: str | None
    is_test: bool
    synced_at: datetime | None


@dataclass(frozen=True)
class Trust:
    """Sources, how the checks of syncs and builds stand, and whether the last build made all tables anew."""

    sources: tuple[Source, ...] = ()
    checks: Checks = field(default_factory=Checks)
    is_whole: bool = True

    @property
    def as_of(self) -> datetime | None:
        """The moment all sources that were ever synced to the end have been synced up to: the oldest of their last."""
        synced = [source.synced_at for source in self.sources if source.synced_at]
        return min(synced, default=None)

    @property
    def unsynced(self) -> tuple[str, ...]:
        """Connections of which `as_of` says nothing, for they were never synced to the end."""
        return tuple(source.connection for source in self.sources if not source.synced_at)


def known(db: psycopg.Connection[Any]) -> Trust:
    """What the warehouse tells of them."""
    return Trust(sources(db), check_results.standing(db), build_stamp.is_kept(db))


def sources(db: psycopg.Connection[Any]) -> tuple[Source, ...]:
    """Every connection, as the schema `ingest` tells it; nothing in a warehouse that was never synced into."""
    with db.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("select to_regclass('ingest.connections')::text")
        if cursor.fetchone() in (None, (None,)):
            return ()
        cursor.execute("select connection, account_id, is_test, synced_at from ingest.connections order by 1")
        return tuple(Source(*row) for row in cursor.fetchall())
