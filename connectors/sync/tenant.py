"""Whose data the raw tables hold: real accounts, a sandbox, or one demo world; never two of them mixed.

Real accounts' data is never cleared from here; a demo's or sandbox's is thrown away when another tenant moves in.
"""

import os
from collections.abc import Iterable

import psycopg
from psycopg import sql

from connectors.connector import Connector
from connectors.errors import ConfigError
from connectors.sync import ledger, raw_tables

ACCOUNTS = "accounts"


def wanted() -> str:
    """The tenant this environment syncs: `demo:<world>`, `sandbox`, else `accounts`."""
    if world := os.environ.get("SANDBOX_WORLD"):
        return f"demo:{world}"
    return "sandbox" if os.environ.get("SANDBOX_URL") else ACCOUNTS


def is_wanted(db: psycopg.Connection) -> bool:
    """Whether the raw tables hold the tenant this environment syncs; changes nothing, in any state of the warehouse."""
    if db.execute("select to_regclass('ingest.tenant')").fetchone() == (None,):
        return False
    return db.execute("select tenant from ingest.tenant").fetchone() == (wanted(),)


def move_in(db: psycopg.Connection, connectors: Iterable[Connector], tenant: str) -> bool:
    """Make the raw tables `tenant`'s, created where absent; True when another's rows were thrown away.

    Raises `ConfigError` rather than touch real accounts' data.
    """
    ledger.create(db)
    with db.transaction():
        db.execute("select pg_advisory_xact_lock(hashtextextended('leadline-tenant', 0))")
        for connector in connectors:
            raw_tables.create(db, connector)
        row = db.execute("select tenant from ingest.tenant").fetchone()
        held = row[0] if row else None
        if held == tenant:
            return False
        if held == ACCOUNTS:
            raise ConfigError(
                "This warehouse holds the data of real accounts, which a demo or sandbox would mix with or erase;"
                " point WAREHOUSE_URL at another database, or LEADLINE_HOME at another folder, for it."
            )
        if held is not None:
            _clear(db)
        db.execute("insert into ingest.tenant (tenant) values (%s)", [tenant])
        return held is not None


def tenancy(db: psycopg.Connection) -> str:
    """A name for the data now held, which no other warehouse and no other tenant has."""
    return db.execute("select tenancy from ingest.tenant").fetchone()[0]  # type: ignore[index]


def _clear(db: psycopg.Connection) -> None:
    """Empty every raw table there is, of whichever connector, told by the column only ours have."""
    rows = db.execute(
        "select table_schema, table_name from information_schema.columns"
        " where column_name = 'content_hash' and table_schema like 'raw\\_%' and table_schema not like '%\\_staging'"
    ).fetchall()
    tables = [sql.Identifier(*row) for row in rows]
    tables += [sql.Identifier(ledger.SCHEMA, name) for name in ledger.CLEARED]
    db.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(tables)))
