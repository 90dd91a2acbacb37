"""What checks found when they last ran, in `ingest.checks`: one place that reports, alerts and the terminal read.

Belongs here: writing the syncs' results, reading all. Does not: deciding them (`readable.py`, `missed.py`,
`secret_lasts.py`, dbt's tests, which write their own in the macro `keep_checks`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from dagster import AssetCheckResult, AssetCheckSeverity
from psycopg.rows import tuple_row


@dataclass(frozen=True)
class Failed:
    """A check that did not pass when it last ran: of which table, what should hold and what was found, since when."""

    asset: str
    name: str
    is_warning: bool
    said: str
    since: datetime
    connection: str = ""

    @property
    def of(self) -> str:
        """What it is about: the table, and the account when a sync found it."""
        return f"{self.asset} ({self.connection})" if self.connection else self.asset


def keep(db: psycopg.Connection, connection: str, results: Iterable[AssetCheckResult]) -> None:
    """Write down what one account's sync found; `since` moves only when a check turns."""
    for result in results:
        assert result.asset_key and result.check_name
        db.execute(
            "insert into ingest.checks (asset, check_name, passed, is_warning, said, connection)"
            " values (%s, %s, %s, %s, %s, %s) on conflict (asset, check_name, connection)"
            " do update set passed = excluded.passed,"
            " is_warning = excluded.is_warning, said = excluded.said,"
            " since = case when checks.passed = excluded.passed then checks.since else excluded.since end",
            [
                result.asset_key.to_user_string(),
                result.check_name,
                result.passed,
                result.severity == AssetCheckSeverity.WARN,
                result.description or "",
                connection,
            ],
        )


def forget_others(db: psycopg.Connection, connector: str, connections: Sequence[str]) -> None:
    """Forget what was found of a vendor's accounts that are no longer connected."""
    db.execute(
        "delete from ingest.checks where starts_with(asset, %s) and connection <> all(%s)",
        [f"{connector}/", list(connections)],
    )


@dataclass(frozen=True)
class Checks:
    """How all checks stand: how many passed when they last ran, and which did not, errors before warnings."""

    passed: int = 0
    failed: tuple[Failed, ...] = ()

    @property
    def errors(self) -> int:
        """How many of those that did not pass fail the build; the others warn."""
        return sum(not check.is_warning for check in self.failed)

    @property
    def all(self) -> int:
        """How many there are."""
        return self.passed + len(self.failed)


def standing(db: psycopg.Connection) -> Checks:
    """How the checks stand; none in a warehouse that keeps no checks."""
    with db.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute("select to_regclass('ingest.checks')").fetchone() == (None,):
            return Checks()
        rows = cursor.execute(
            "select passed, asset, check_name, is_warning, said, since, connection"
            " from ingest.checks order by is_warning, asset, check_name, connection"
        ).fetchall()
    failed = tuple(
        Failed(asset, name, is_warning, said, since.astimezone(UTC), connection)
        for passed, asset, name, is_warning, said, since, connection in rows
        if not passed
    )
    return Checks(len(rows) - len(failed), failed)
