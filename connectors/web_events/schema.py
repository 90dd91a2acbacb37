"""A Postgres schema that Segment, RudderStack or Jitsu fills, read by load time with an overlap.

    pages, identifies, tracks (or Jitsu's one table events) ──► raw_web_events.<table>

Belongs here: reaching the schema, which rows are read. Does not: what makes a row a message (`messages.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import psycopg
from psycopg import sql

from connectors import warehouse as warehouses
from connectors import warehouse_address
from connectors.connector import Connection, Object
from connectors.errors import ConfigError
from connectors.folders.fitting import refusal
from connectors.folders.reading import Unfit
from connectors.sync import cursors, rows
from connectors.sync.progress import Progress
from connectors.sync.rows import Sight, version_of
from connectors.sync.session import Session
from connectors.web_events.messages import TABLES, Messages, classic_type, identify

OWN = "warehouse"
_KINDS = {"pages": "page", "identifies": "identify", "tracks": "track"}
_OVERLAPS = {
    "uuid_ts": timedelta(hours=3),
    "loaded_at": timedelta(hours=3),
    "received_at": timedelta(hours=48),
    "_timestamp": timedelta(hours=48),
    "timestamp": timedelta(hours=72),
}
"""The columns that tell when a row came, best first, and how late a row may come behind the newest."""
_READ_AT_ONCE = 10_000


@contextmanager
def opened(connection: Connection, source: str) -> Iterator[tuple[psycopg.Connection, str]]:
    """A read-only session on the address `source`, and the schema it names. Raises `ConfigError` with the cure."""
    variable = connection.variable("source")
    if source.startswith(f"{OWN}://"):
        target, schema = warehouses.resolve(start=False), source.removeprefix(f"{OWN}://").strip("/")
    else:
        address, _, query = source.partition("?")
        parameters = dict(parse_qsl(query))
        schema = parameters.pop("schema", "")
        target = warehouse_address.parse(f"{address}?{urlencode(parameters)}".rstrip("?"), setting=variable)
    if not schema:
        raise ConfigError(f"{variable} names no schema; end it in ?schema=name, or write {OWN}://name.")
    try:
        with warehouses.connect(target, autocommit=False) as db:
            db.read_only = True
            db.execute("set local time zone 'UTC'")
            yield db, schema
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigError(
            f"{connection.name}: the role {target.user} may not read the schema {schema} ({_line(error)}); run"
            f' "grant usage on schema {schema} to {target.user}; grant select on all tables in schema {schema}'
            f' to {target.user}".'
        ) from None
    except psycopg.OperationalError as error:
        raise ConfigError(f"{connection.name}: {variable} does not let us in: {_line(error)}.") from None


def tables_of(db: psycopg.Connection, connection: Connection, schema: str) -> dict[str, str | None]:
    """The schema's tables with the column of their load time, None where there is none. Raises `ConfigError`."""
    found = db.execute(
        "select c.relname, array_agg(a.attname::text) filter"
        " (where a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype))"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = to_regnamespace(quote_ident(%s)) and c.relkind in ('r', 'p', 'v', 'm')"
        " and a.attnum > 0 and not a.attisdropped group by 1",
        [schema],
    ).fetchall()
    times = {
        table: next((column for column in _OVERLAPS if column in (columns or ())), None) for table, columns in found
    }
    names = [name for name in _KINDS if name in times] or [name for name in ("events",) if name in times]
    if not names:
        raise ConfigError(
            f"{connection.name}: the schema {schema} holds no table pages, identifies, tracks or events; name"
            f" the schema that Segment, RudderStack or Jitsu fills in {connection.variable('source')}."
        )
    return {name: times[name] for name in names}


def follow_schema(session: Session, source: str, messages: Messages) -> None:
    """Land what came since the last run, and once more what came shortly before."""
    with opened(session.connection, source) as (db, schema):
        for table, column in tables_of(db, session.connection, schema).items():
            if table == "events" or table in session.tables:
                _follow_table(session, db, schema, table, column, messages)


def _follow_table(
    session: Session, db: psycopg.Connection, schema: str, table: str, column: str | None, messages: Messages
) -> None:
    name = f"schema:{schema}.{table}"
    held = cursors.get(session.db, session.connection, name)
    newest = datetime.fromisoformat(held) if held else None
    since = newest - _OVERLAPS[column] if newest and column else None
    version = version_of(db.execute("select now()").fetchone()[0])  # type: ignore[index]
    read = 0
    with db.cursor(f"leadline_{table}") as cursor:
        cursor.itersize = _READ_AT_ONCE
        cursor.execute(_query(schema, table, column, since))
        while batch := cursor.fetchmany(_READ_AT_ONCE):
            found = [orjson.loads(row) for _, row in batch]
            _land(session, f"{schema}.{table}", _KINDS.get(table), found, version, messages)
            read += len(batch)
            session.on_progress(Progress(table, read, tables={table: read}))
            times = [when for when, _ in batch if when]
            newest = max([*times, *([newest] if newest else [])], default=None)
            if newest:
                cursors.put(session.db, session.connection, name, newest.isoformat())


def _query(schema: str, table: str, column: str | None, since: datetime | None) -> sql.Composed:
    """Rows as JSON with their load time, in its order; rows that have none are read each time."""
    time = sql.SQL("cast({} as timestamptz)").format(sql.Identifier(column)) if column else sql.SQL("null::timestamptz")
    condition = (
        sql.SQL("{0} >= {1} or {0} is null").format(sql.Identifier(column), sql.Literal(since))
        if column and since
        else sql.SQL("true")
    )
    return sql.SQL("select {}, jsonb_strip_nulls(to_jsonb(t))::text from {} t where {} order by 1 nulls first").format(
        time, sql.Identifier(schema, table), condition
    )


def _land(
    session: Session, place: str, kind: str | None, found: list[Object], version: int, messages: Messages
) -> None:
    kept: dict[str, dict[str, Sight]] = {table.name: {} for table in TABLES}
    refused: dict[str, list[tuple[str, str]]] = {table.name: [] for table in TABLES}
    for row in found:
        try:
            if (fitted := messages.of_type(kind or _kind(row), row)) is None:
                continue
            table, message = fitted
            kept[table][str(identify(message))] = Sight(message, version)
        except Unfit as error:
            first = next((name for name, of in _KINDS.items() if of == kind), "pages")
            refused[first].append(refusal(place, None, {"record": row}, str(error)))
    session.landing.land(
        {
            table.name: [rows.of_sights(table, session.connection, kept[table.name].values(), session.synced_at)]
            for table in TABLES
            if kept[table.name]
        }
    )
    for table_name, some in refused.items():
        session.landing.refuse(table_name, some)


def _kind(row: Object) -> str | None:
    """Of a row of Jitsu's one table: its `type`, or its `event_type` in the older layout."""
    said: Any = row.get("type")
    return str(said) if said else classic_type(str(row.get("event_type")))


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
