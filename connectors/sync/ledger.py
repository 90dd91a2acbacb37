"""What the warehouse remembers of syncing, in the schema `ingest`: tenant, connections, quarantined objects.

Belongs here: these tables and their rows. Does not: the vendors' objects themselves (`raw_tables.py`).
"""

import hashlib
from datetime import datetime

import orjson
import psycopg

from connectors.connector import Connection, Connector, Object, Table
from connectors.sync.storable import storable

SCHEMA = "ingest"

_DDL = """
create table if not exists ingest.connections (
    connection text primary key,
    connector text not null,
    is_test boolean not null,
    synced_at timestamptz not null
);
comment on table ingest.connections is 'One row per connected account.';
comment on column ingest.connections.is_test is 'Opened in the vendor''s test mode, so its test objects count.';
comment on column ingest.connections.synced_at is 'Start of the last sync that ended well (UTC).';
create table if not exists ingest.quarantine (
    connection text not null,
    table_name text not null,
    content_hash text not null,
    reason text not null,
    data json not null,
    seen_at timestamptz not null,
    primary key (connection, table_name, content_hash)
);
create table if not exists ingest.tenant (tenant text primary key);
comment on table ingest.tenant is 'The one row says whose data the raw tables hold: accounts, sandbox or demo:<world>.';
create table if not exists ingest.builds (stamp text primary key);
comment on table ingest.builds is 'The one row names what the last good report build was built from.';
comment on table ingest.quarantine is 'One row per object a vendor returned that no raw table could take.';
"""


def create(db: psycopg.Connection) -> None:
    """Create the schema and its tables where absent; needs no right to create once they are there."""
    if not db.execute("select to_regclass('ingest.builds')").fetchone()[0]:  # type: ignore[index]
        with db.transaction():
            db.execute("create schema if not exists ingest")
            db.execute(_DDL)


def record(
    db: psycopg.Connection, connector: Connector, connection: Connection, is_test: bool, synced_at: datetime
) -> None:
    """Remember that a sync of the connection, begun at `synced_at`, ended well."""
    db.execute(
        "insert into ingest.connections (connection, connector, is_test, synced_at) values (%s, %s, %s, %s)"
        " on conflict (connection) do update set is_test = excluded.is_test, synced_at = excluded.synced_at",
        [connection.name, connector.name, is_test, synced_at],
    )


def quarantine(
    db: psycopg.Connection, connection: Connection, table: Table, objects: list[Object], seen_at: datetime
) -> None:
    """Keep objects that have no id; the same object again adds no row."""
    for obj in objects:
        data = orjson.dumps(storable(obj), option=orjson.OPT_SORT_KEYS)
        db.execute(
            "insert into ingest.quarantine values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
            [
                connection.name,
                table.name,
                hashlib.blake2b(data, digest_size=16).hexdigest(),
                "the object has no id",
                data.decode(),
                seen_at,
            ],
        )
