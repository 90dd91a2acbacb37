"""What checks found when they last ran, in `ingest.checks`: one place that reports, alerts and the terminal read.

Belongs here: writing the syncs' results, reading all. Does not: deciding them (`readable.py`, `missed.py`, dbt's
tests, which write their own in the macro `keep_checks`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg
from dagster import AssetCheckResult, AssetCheckSeverity


@dataclass(frozen=True)
class Failed:
    """A check that did not pass when it last ran: of which table, what should hold and what was found, since when."""

    asset: str
    name: str
    is_warning: bool
    said: str
    since: datetime


def kept(db: psycopg.Connection, results: Iterable[AssetCheckResult]) -> Iterator[AssetCheckResult]:
    """Pass the results on, each written down; `since` moves only when a check turns."""
    for result in results:
        assert result.asset_key and result.check_name
        db.execute(
            "insert into ingest.checks (asset, check_name, passed, is_warning, said) values (%s, %s, %s, %s, %s)"
            " on conflict (asset, check_name) do update set passed = excluded.passed,"
            " is_warning = excluded.is_warning, said = excluded.said,"
            " since = case when checks.passed = excluded.passed then checks.since else excluded.since end",
            [
                result.asset_key.to_user_string(),
                result.check_name,
                result.passed,
                result.severity == AssetCheckSeverity.WARN,
                result.description or "",
            ],
        )
        yield result


def failed(db: psycopg.Connection) -> list[Failed]:
    """The checks that stand failed, errors before warnings; none in a warehouse that keeps no checks."""
    if db.execute("select to_regclass('ingest.checks')").fetchone() == (None,):
        return []
    rows = db.execute(
        "select asset, check_name, is_warning, said, since at time zone 'UTC' from ingest.checks where not passed"
        " order by is_warning, asset, check_name"
    ).fetchall()
    return [Failed(*row) for row in rows]
