"""The one shape of every raw table, as DDL, as an Arrow schema and as the guard of its upsert.

Belongs here: columns and keys. Does not: how rows are gathered (`sink.py`) or when (`run.py`).
"""

import psycopg
import pyarrow as pa
from psycopg import sql

from connectors.connector import Connector, Table
from connectors.sync import past

LOAD_ID = "_dlt_load_id"

COLUMNS = {
    "connection": ("text not null", "The connected account, e.g. stripe or stripe@eu."),
    "id": ("text not null", "The vendor's id of the object."),
    "created_at": ("timestamptz", "When the vendor created the object (UTC); NULL where it does not say."),
    "version": (
        "bigint not null",
        "Order of sights: the vendor's clock at the sight, microseconds since 1970.",
    ),
    "api_version": ("text", "The API version the object was read in."),
    "is_deleted": ("boolean not null", "The object is gone at the vendor; this row is its tombstone."),
    "synced_at": ("timestamptz not null", "Start of the sync that last wrote this row (UTC)."),
    "content_hash": ("text not null", "Hash of data and is_deleted; an equal sight writes nothing."),
    "data": ("json not null", "The whole object as the vendor returned it."),
    LOAD_ID: ("text", "The load package that last wrote this row, one of those in _dlt_loads."),
}

_DLT_TYPES = {"text": "text", "timestamptz": "timestamp", "bigint": "bigint", "boolean": "bool", "json": "json"}

ARROW_SCHEMA = pa.schema(
    [
        ("connection", pa.string()),
        ("id", pa.string()),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("version", pa.int64()),
        ("api_version", pa.string()),
        ("is_deleted", pa.bool_()),
        ("synced_at", pa.timestamp("us", tz="UTC")),
        ("content_hash", pa.string()),
        ("data", pa.string()),
    ]
)


def create(db: psycopg.Connection, connector: Connector) -> None:
    """Create the connector's raw schema and tables where absent, commented, keyed, lz4-compressed where possible."""
    schema = sql.Identifier(connector.schema)
    if not db.execute("select 1 from pg_namespace where nspname = %s", [connector.schema]).fetchone():
        db.execute(sql.SQL("create schema if not exists {}").format(schema))
    compression = _compression(db)
    for table in connector.tables:
        if not db.execute("select to_regclass(%s)", [f"{connector.schema}.{table.name}"]).fetchone()[0]:  # type: ignore[index]
            _create_table(db, sql.Identifier(connector.schema, table.name), table, compression)
        _create_indexes(db, connector, table)
        if table.remembers:
            past.create(db, connector.schema, table)
        _create_staging(db, connector, table)


def _create_table(db: psycopg.Connection, name: sql.Identifier, table: Table, compression: str) -> None:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind.replace("json", f"json{compression}")))
        for column, (kind, _) in COLUMNS.items()
    ]
    comments = [
        sql.SQL("comment on column {}.{} is {}").format(name, sql.Identifier(column), sql.Literal(comment))
        for column, (_, comment) in COLUMNS.items()
    ]
    _all_at_once(
        db,
        sql.SQL("create table if not exists {} ({}, primary key (connection, id))").format(
            name, sql.SQL(", ").join(columns)
        ),
        sql.SQL("comment on table {} is {}").format(name, sql.Literal(table.description)),
        *comments,
    )


def _all_at_once(db: psycopg.Connection, *statements: sql.Composable) -> None:
    """Send them together: a first sync makes tables by the dozen, and each statement would be waited for."""
    with db.transaction():
        db.execute(sql.SQL("; ").join(statements))


def _create_staging(db: psycopg.Connection, connector: Connector, table: Table) -> None:
    """Make the table dlt loads into before it merges: what passes through in a second is neither logged nor packed."""
    schema = f"{connector.schema}_staging"
    if db.execute("select to_regclass(%s)", [f"{schema}.{table.name}"]).fetchone()[0]:  # type: ignore[index]
        return
    columns = [sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, (kind, _) in COLUMNS.items()]
    name = sql.Identifier(schema, table.name)
    _all_at_once(
        db,
        sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)),
        sql.SQL("create unlogged table if not exists {} ({})").format(name, sql.SQL(", ").join(columns)),
        sql.SQL("alter table {} alter column data set storage external").format(name),
    )


def _create_indexes(db: psycopg.Connection, connector: Connector, table: Table) -> None:
    for number, index in enumerate(table.indexes, start=1):
        name = f"{table.name}_{number}"
        if not db.execute("select to_regclass(%s)", [f"{connector.schema}.{name}"]).fetchone()[0]:  # type: ignore[index]
            on = sql.Identifier(connector.schema, table.name)
            query = sql.SQL("create index {} on {} ").format(sql.Identifier(name), on)
            db.execute(query + sql.SQL(index))  # from our own declarations


def _compression(db: psycopg.Connection) -> str:
    row = db.execute("select enumvals from pg_settings where name = 'default_toast_compression'").fetchone()
    return " compression lz4" if row and "lz4" in row[0] else ""


def dlt_columns() -> dict[str, dict[str, object]]:
    """The columns in dlt's words; it adds those that tables of an older version lack."""
    return {
        column: {"data_type": _DLT_TYPES[kind.split()[0]], "nullable": not kind.endswith("not null")}
        for column, (kind, _) in COLUMNS.items()
    }


def guarded_upsert(schema: str, name: str) -> dict[str, object]:
    """dlt's write disposition: a late sight never overwrites a newer one, an equal one writes nothing."""
    return {
        "disposition": "merge",
        "strategy": "upsert",
        "skip_unchanged_rows": True,
        "row_version_column_name": "content_hash",
        "source_filter": (  # names come from our own declarations
            f"NOT EXISTS (SELECT 1 FROM {schema}.{name} held"  # noqa: S608
            f" WHERE held.connection = {name}.connection AND held.id = {name}.id AND held.version > {name}.version)"
        ),
    }
