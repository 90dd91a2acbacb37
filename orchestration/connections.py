"""`leadline connections`: what is connected, since when, what is held of it and whether its credentials still work.

Belongs here: the list and its words. Does not: asking the vendors (`probing.py`), histories under way (`standing.py`).
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from connectors.registry import (
    CONNECTORS,
    LeadlineError,
    SecretEnd,
    connections,
    connector,
    embedded_postgres,
    holds_ours,
    refuse_another,
    secret_ends,
    warehouse,
)
from orchestration.probing import Verdict, verdicts

HEAD = ("connection", "account", "connected", "last sync", "rows", "credentials")
_LEDGER = """
select connection, account_id, is_test, (to_jsonb(held) ->> 'connected_at')::timestamptz at time zone 'UTC',
       synced_at at time zone 'UTC'
from ingest.connections as held
"""
"""Its columns as they are, whichever version made the table."""


@dataclass(frozen=True)
class Held:
    """What the warehouse holds of one connection; times in UTC, `rows` in all its raw tables."""

    account_id: str | None
    is_test: bool
    connected_at: datetime | None
    synced_at: datetime | None
    rows: int
    secret_end: SecretEnd | None = None


@dataclass(frozen=True)
class Listing:
    """The list to print; whether every connection's credentials work, as far as could be asked; who still waits."""

    text: str
    all_work: bool
    is_pending: bool


def listing(is_offline: bool, seconds: float) -> Listing:
    """Every connection that is on or was synced once; nothing is started and nothing written for it."""
    on = connections()
    held, remark = _held()
    found = {} if is_offline else _compared(verdicts(on, seconds), held)
    names = [named.name for named in on] + sorted(held.keys() - {named.name for named in on})
    if not names:
        return Listing("\n".join(["Nothing is connected: run `leadline connect`.", *remark]), True, False)
    off = Verdict("not asked" if is_offline else "none set", None)
    lines = _table([_row(name, held.get(name), found.get(name, off)) for name in names])
    lines += [secret_ends.said(name, one.secret_end, datetime.now(UTC)) for name, one in held.items() if one.secret_end]
    lines += [f"{name}: {_gaps(v)}" for name, v in found.items() if v.opened and v.opened.missing]
    lines += [verdict.reason for verdict in found.values() if verdict.reason]
    return Listing(
        "\n".join([*lines, *remark]),
        all(verdict.works is not False for verdict in found.values()),
        any(verdict.is_pending for verdict in found.values()),
    )


def _row(name: str, held: Held | None, verdict: Verdict) -> tuple[str, ...]:
    opened = verdict.opened
    account = (opened and (opened.title or opened.account_id)) or (held and held.account_id) or "-"
    is_test = opened.is_test if opened else held and held.is_test
    return (
        name,
        f"{account} (test mode)" if is_test else account,
        _time(held.connected_at, "not kept") if held else "-",
        _time(held.synced_at, "never to the end") if held else "-",
        f"{held.rows:,}" if held else "-",
        verdict.word,
    )


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    cells = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in (HEAD, *rows)]
    return ["  ".join(row).rstrip() for row in cells]


def _time(at: datetime | None, without: str) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else without


def _gaps(verdict: Verdict) -> str:
    assert verdict.opened
    return "cannot read " + "; ".join(f"{table}: {cure}" for table, cure in verdict.opened.missing.items())


def _compared(found: Mapping[str, Verdict], held: Mapping[str, Held]) -> dict[str, Verdict]:
    """The verdicts, against those whose credentials open another account or mode than the warehouse holds."""
    return {name: _against(name, verdict, held.get(name)) for name, verdict in found.items()}


def _against(name: str, verdict: Verdict, held: Held | None) -> Verdict:
    if not verdict.opened or not held:
        return verdict
    named = next(candidate for candidate in connections() if candidate.name == name)
    try:
        refuse_another(connector(named.connector), named, verdict.opened, warehouse.resolve(start=False))
    except LeadlineError as error:
        return replace(verdict, word="of another account", works=False, reason=str(error))
    return verdict


def _held() -> tuple[dict[str, Held], list[str]]:
    """What the warehouse holds by connection, and a remark where it cannot say."""
    if not os.environ.get("WAREHOUSE_URL", "").strip() and not embedded_postgres.status().is_running:
        return {}, ["The embedded warehouse does not run, so what it holds is not shown; `make sync` starts it."]
    try:
        with warehouse.connect(warehouse.resolve(start=False)) as db:
            if not holds_ours(db):
                return {}, ["The warehouse holds nothing of these accounts yet."]
            rows = _rows(db)
            found = db.execute(_LEDGER).fetchall()
            ends = secret_ends.held(db)
            return {row[0]: Held(row[1], row[2], row[3], row[4], rows[row[0]], ends.get(row[0])) for row in found}, []
    except psycopg.OperationalError as error:
        return {}, [f"The warehouse does not answer, so what it holds is not shown: {' '.join(str(error).split())}"]


def _rows(db: psycopg.Connection) -> Counter[str]:
    """The rows held in all raw tables, by connection, deleted objects' tombstones included."""
    there: Any = db.execute(
        "select table_schema, table_name from information_schema.tables where table_schema = any(%s)",
        [[candidate.schema for candidate in CONNECTORS]],
    ).fetchall()
    known = {(candidate.schema, table.name) for candidate in CONNECTORS for table in candidate.tables}
    counts: Counter[str] = Counter()
    for name in sorted(known & set(there)):
        query = sql.SQL("select connection, count(*) from {} group by 1").format(sql.Identifier(*name))
        counts.update(dict(db.execute(query).fetchall()))
    return counts
