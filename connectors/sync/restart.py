"""Having history read again: what the ledger knows of its reading is forgotten, so that the next sync reads it.

Raw rows stay: what is read again and equal writes nothing. Belongs here: the ways in which a reading is remembered
(windows, days, cursors) and how each is forgotten. Does not: which of them a vendor has (each connector).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import psycopg
from psycopg import sql

from connectors import warehouse as warehouses
from connectors.connector import Connection, Connector, Restart, Span
from connectors.errors import ConfigError
from connectors.sync import tenant, windows
from connectors.sync.coverage import BEGINNING, FOREVER, Slice
from connectors.sync.landing import session_name
from connectors.sync.lock import alone
from connectors.sync.windows import FOLLOW, HISTORY
from connectors.warehouse import Warehouse

_DAY = timedelta(days=1)


def ask_again(
    connector: Connector,
    connection: Connection,
    tables: Collection[str],
    span: Span,
    warehouse: Warehouse,
    *,
    dry_run: bool,
) -> list[str]:
    """Forget that these tables (none: all) were read for these days; returns what the next sync will do, in sentences.

    With `dry_run` nothing is changed. Raises `ConfigError` for what cannot be, `RetryError` while a sync is running.
    """
    known = [table.name for table in connector.tables]
    if unknown := sorted(set(tables) - set(known)):
        raise ConfigError(f"{connector.title} has no table {unknown[0]!r}; it has {', '.join(known)}.")
    if connector.restart is None:
        raise ConfigError(
            f"{connection.name}: every sync of {connector.title} reads all there is, so no history can be read again."
        )
    with warehouses.connect(warehouse) as db:
        if not tenant.is_wanted(db):
            raise ConfigError(f"{connection.name} was never synced into this warehouse: its first sync reads it all.")
        with alone(db, session_name(connector.name)), db.transaction(force_rollback=dry_run):
            said = connector.restart(db, connection, tables or known, span)
            asked = db.execute(
                "update ingest.connections set restarted_at = now() where connection = %s", [connection.name]
            )
            if not asked.rowcount:
                raise ConfigError(f"{connection.name} was never synced: its first sync reads all of it.")
    return said


def of_window(db: psycopg.Connection, connection: Connection, table: str, span: Span, reason: str) -> str:
    """Open the table's history anew, or the part of it that was created in `span` (UTC days).

    Raises `ConfigError` for a part of a history that is not whole yet.
    """
    history = windows.latest(db, connection, HISTORY).get(table)
    if history is None:
        return f"{table}: never read, so the next sync reads all of it anyway"
    if not span.is_whole and not history.is_finished:
        raise ConfigError(
            f"{connection.name}/{table}: its history is still being read, so no part of it can be read again; wait for"
            " the end, or leave the days empty to begin anew."
        )
    follow = windows.latest(db, connection, FOLLOW).get(table)
    since, until = _bounds(span)
    kept = [] if span.is_whole else list(_outside(windows.slices(db, history), since, until))
    # The vendor's clock when it was last asked, not ours: what has changed since is news to the window.
    opened_at = max(window.opened_at for window in (history, follow) if window) + timedelta(microseconds=1)
    window = windows.open_window(db, connection, table, HISTORY, opened_at, reason=reason)
    windows.land(db, {window.id: kept}, {})
    return f"{table}: {_held(db, connection, table, since, until):,} rows held {span} are read again"


def of_days(name: str, tables: Collection[str]) -> Restart:
    """For reports of days (of the account's zone): forgets when those of `name` were read, for all `tables` at once."""

    def restart(db: psycopg.Connection, connection: Connection, asked: Collection[str], span: Span) -> list[str]:
        refuse_unknown(connection, asked, tables, "every sync reads them whole")
        gone = db.execute(
            "delete from ingest.days where connection = %s and name = %s"
            " and day between coalesce(%s, '-infinity'::date) and coalesce(%s, 'infinity'::date)",
            [connection.name, name, span.first, span.last],
        )
        return [f"{', '.join(tables)}: {gone.rowcount:,} days {span} are read again"]

    return restart


def of_cursors(cursors: Mapping[str, Collection[str]], why: str) -> Restart:
    """For readings that go on from a cursor: forgets each table's; a name that ends in `*` is all that begin so.

    `why` says what keeps the vendor from being asked for some days only.
    """

    def restart(db: psycopg.Connection, connection: Connection, asked: Collection[str], span: Span) -> list[str]:
        refuse_part(connection, span, why)
        refuse_unknown(connection, asked, cursors, "every sync reads what changed of them")
        return [f"{table}: {_forget(db, connection, cursors[table])}" for table in cursors if table in asked]

    return restart


def _forget(db: psycopg.Connection, connection: Connection, names: Iterable[str]) -> str:
    forgotten = 0
    for name in names:
        start = name.removesuffix("*")
        gone = db.execute(
            "delete from ingest.cursors where connection = %s and (name = %s or %s and starts_with(name, %s))",
            [connection.name, name, start != name, start],
        )
        forgotten += gone.rowcount
    return "is read again from its beginning" if forgotten else "never read, so the next sync reads all of it anyway"


def refuse_part(connection: Connection, span: Span, why: str) -> None:
    """Raise `ConfigError` for a vendor that cannot be asked for some days."""
    if not span.is_whole:
        raise ConfigError(
            f"{connection.name} cannot be read again {span}: {why}. Leave both days empty to read its history again."
        )


def refuse_unknown(connection: Connection, tables: Collection[str], known: Collection[str], why: str) -> None:
    """Raise `ConfigError` when none of the tables has a history that can be read again."""
    if not set(tables) & set(known):
        raise ConfigError(
            f"{connection.name}: {', '.join(sorted(tables))} cannot be read again apart: {why}. There is a history of"
            f" {', '.join(known)}."
        )


def _bounds(span: Span) -> tuple[int, int]:
    """The span in Unix seconds, half open."""
    return (
        _midnight(span.first) if span.first else BEGINNING,
        _midnight(span.last + _DAY) if span.last else FOREVER,
    )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _outside(slices: Iterable[Slice], since: int, until: int) -> Iterator[Slice]:
    """What the slices cover outside [since, until), as taken over: slices of no page."""
    for read in slices:
        if read.since > until or read.until < since:
            yield replace(read, pages=0)
            continue
        if read.until > until:
            yield Slice(until, read.until)
        if read.since < since or read.since == read.until == since:
            yield Slice(read.since, since, read.cursor)


def _held(db: psycopg.Connection, connection: Connection, table: str, since: int, until: int) -> int:
    query = sql.SQL(
        "select count(*) from {} where connection = %s and not is_deleted"
        " and (extract(epoch from created_at) >= %s and extract(epoch from created_at) < %s or created_at is null)"
    ).format(sql.Identifier(connection.schema, table))
    row = db.execute(query, [connection.name, since, until]).fetchone()
    return row[0] if row else 0
