"""What the warehouse remembers of syncing, in the schema `ingest`: tenant, connections, access, quarantined objects.

Belongs here: these tables and their rows, and the DDL of all of `ingest`. Does not: windows and slices
(`windows.py`), the vendors' objects themselves (`raw_tables.py`).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from connectors.connector import Connection, Connector
from connectors.errors import ConfigError

SCHEMA = "ingest"

_DDL = """
create table if not exists ingest.connections (
    connection text primary key,
    connector text not null,
    is_test boolean not null,
    synced_at timestamptz
);
alter table ingest.connections alter column synced_at drop not null;
alter table ingest.connections add column if not exists account_id text;
alter table ingest.connections add column if not exists connected_at timestamptz;
alter table ingest.connections alter column connected_at set default now();
alter table ingest.connections add column if not exists changed_at timestamptz;
alter table ingest.connections add column if not exists restarted_at timestamptz;
comment on table ingest.connections is 'One row per connected account.';
comment on column ingest.connections.is_test is 'Opened in the vendor''s test mode, so its test objects count.';
comment on column ingest.connections.synced_at is 'Start of the last sync that ended well (UTC).';
comment on column ingest.connections.account_id is 'The vendor''s id of the account; another one is refused.';
comment on column ingest.connections.connected_at is 'Start of its first sync (UTC); NULL if older than this column.';
comment on column ingest.connections.changed_at is 'When a sync last wrote rows of it (UTC).';
comment on column ingest.connections.restarted_at is 'When history was asked for again; NULL once a sync has read it.';
create table if not exists ingest.quarantine (
    connection text not null,
    table_name text not null,
    content_hash text not null,
    reason text not null,
    data json not null,
    seen_at timestamptz not null,
    primary key (connection, table_name, content_hash)
);
comment on table ingest.quarantine is 'One row per object a vendor returned that no raw table could take.';
create table if not exists ingest.access (
    connection text not null,
    table_name text not null,
    may_read boolean not null,
    reason text,
    checked_at timestamptz not null,
    primary key (connection, table_name)
);
comment on table ingest.access is 'One row per table of a connection: whether its key may read it, and why not.';
create table if not exists ingest.windows (
    window_id text primary key,
    connection text not null,
    table_name text not null,
    kind text not null,
    since bigint not null,
    reason text not null,
    opened_at timestamptz not null,
    finished_at timestamptz
);
create index if not exists windows_of_connection on ingest.windows (connection, table_name, kind);
comment on table ingest.windows is 'One row per reading of a table: its history, or what came since.';
comment on column ingest.windows.since is 'First second it covers, in Unix time; 0 is the beginning.';
comment on column ingest.windows.opened_at is 'The vendor''s clock when its reading began.';
create table if not exists ingest.slices (
    window_id text not null references ingest.windows on delete cascade,
    slice_number bigint generated always as identity,
    since bigint not null,
    until bigint not null,
    cursor text,
    objects bigint not null,
    pages bigint not null,
    landed_at timestamptz not null default now(),
    primary key (window_id, slice_number)
);
comment on table ingest.slices is 'One row per part of a window whose objects are in the raw tables: never read again.';
create table if not exists ingest.seen (
    window_id text not null references ingest.windows on delete cascade,
    id text not null
);
comment on table ingest.seen is 'Ids shown by a list that is being read again, to find what vanished from it.';
create table if not exists ingest.sweeps (
    connection text not null,
    table_name text not null,
    swept_at timestamptz not null,
    requests bigint not null,
    missed bigint not null,
    primary key (connection, table_name)
);
comment on table ingest.sweeps is 'One row per table whose unsettled objects are looked at again.';
create table if not exists ingest.cursors (
    connection text not null,
    name text not null,
    cursor text not null,
    moved_at timestamptz not null,
    primary key (connection, name)
);
comment on table ingest.cursors is 'One row per reading that goes on where it stopped: how far it is.';
create table if not exists ingest.days (
    connection text not null,
    name text not null,
    day date not null,
    read_at timestamptz not null,
    primary key (connection, name, day)
);
comment on table ingest.days is 'One row per day of a report that has landed; days are read again by their age.';
comment on column ingest.days.read_at is 'The vendor''s clock when the day was last read.';
create or replace view ingest.histories as
select connection, table_name, opened_at as started_at, finished_at
from ingest.windows
where kind = 'history';
comment on view ingest.histories is 'One row per table of a connection whose whole history was read, or is being read.';
create table if not exists ingest.tenant (tenant text primary key);
alter table ingest.tenant add column if not exists tenancy text not null default gen_random_uuid()::text;
comment on column ingest.tenant.tenancy is 'Tells this warehouse''s data from any other''s, before and after.';
comment on table ingest.tenant is 'The one row says whose data the raw tables hold: accounts, sandbox or demo:<world>.';
create table if not exists ingest.fields (
    connection text not null,
    table_name text not null,
    field text not null,
    is_usual boolean not null,
    first_seen_at timestamptz not null,
    gone_at timestamptz,
    primary key (connection, table_name, field)
);
comment on table ingest.fields is 'One row per field of a table''s objects, as samples of every sync showed it.';
comment on column ingest.fields.is_usual is 'Every object looked into had it, so that it can be missed.';
create table if not exists ingest.checks (
    asset text not null,
    check_name text not null,
    passed boolean not null,
    is_warning boolean not null,
    said text not null,
    since timestamptz not null default now(),
    connection text not null default '',
    primary key (asset, check_name, connection)
);
comment on table ingest.checks is 'One row per check of a table and account, as it was found when it last ran.';
comment on column ingest.checks.asset is 'A raw table, such as stripe/charges, or a model.';
comment on column ingest.checks.is_warning is 'A failure is worth a look, but makes no number wrong.';
comment on column ingest.checks.since is 'When it was first found so, and was found so ever since (UTC).';
comment on column ingest.checks.connection is 'The account a sync found it of; empty for checks of a build.';
create table if not exists ingest.secrets (
    connection text primary key,
    setting text,
    ends_at timestamptz,
    digest text,
    asked_at timestamptz,
    told_setting text,
    told_ends_at timestamptz
);
comment on table ingest.secrets is 'One row per connection of which something says when its secret ends.';
comment on column ingest.secrets.ends_at is 'The first end of the told one and the one set by hand (UTC).';
comment on column ingest.secrets.digest is 'Names the secrets that the vendor was asked about, without telling them.';
comment on column ingest.secrets.told_ends_at is 'The vendor''s answer (UTC); NULL: it does not end, or is not told.';
create table if not exists ingest.builds (stamp text primary key);
alter table ingest.builds add column if not exists read_at timestamptz not null default now();
alter table ingest.builds add column if not exists settings text;
comment on table ingest.builds is 'The one row names what the last good report build was built from.';
comment on column ingest.builds.read_at is 'What was written until then is in it (UTC).';
"""

_STAMP = f"ddl {hashlib.blake2b(_DDL.encode(), digest_size=8).hexdigest()}"
"""Names the DDL a warehouse was last given, in the comment of its schema."""

CLEARED = (
    "connections",
    "quarantine",
    "access",
    "windows",
    "slices",
    "seen",
    "sweeps",
    "cursors",
    "days",
    "fields",
    "checks",
    "secrets",
    "tenant",
)
"""The tables that speak of a tenant's data, emptied with it."""


@dataclass(frozen=True)
class Access:
    """Whether a connection may read a table; `reason` says what the vendor answered and the permission to add."""

    table: str
    may_read: bool
    reason: str | None = None


def create(db: psycopg.Connection) -> None:
    """Create the schema and its tables where absent or of an older version; needs no right to once they are there."""
    found = "select 1, obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'ingest'"
    schema = db.execute(found).fetchone()
    if not schema or schema[1] != _STAMP:
        with db.transaction():
            db.execute("select pg_advisory_xact_lock(hashtextextended('leadline-ledger', 0))")
            if not schema:
                db.execute("create schema if not exists ingest")
            db.execute(_DDL)
            db.execute(sql.SQL("comment on schema ingest is {}").format(sql.Literal(_STAMP)))


def begin(
    db: psycopg.Connection, connector: Connector, connection: Connection, is_test: bool, account_id: str | None = None
) -> None:
    """Remember whose account the connection opens. Raises `ConfigError` when it opened another one, or mode, before."""
    held = db.execute(
        "select is_test, account_id from ingest.connections where connection = %s", [connection.name]
    ).fetchone()
    if held and held[0] != is_test:
        modes = ("test", "live") if held[0] else ("live", "test")
        raise ConfigError(
            f"{connection.name} holds {modes[0]} data, but its key opens {modes[1]} mode, and the two are never mixed:"
            f" put the {modes[0]} key back, or connect this one under another name, such as"
            f" {connector.name}@{modes[1]}."
        )
    if held and account_id and held[1] and held[1] != account_id:
        raise ConfigError(
            f"{connection.name} holds the data of account {held[1]}, but its key opens {account_id}: put the former key"
            f" back, or connect this one under another name, such as {connector.name}@second."
        )
    db.execute(
        "insert into ingest.connections (connection, connector, is_test, account_id) values (%s, %s, %s, %s)"
        " on conflict (connection) do update"
        " set account_id = coalesce(excluded.account_id, ingest.connections.account_id)",
        [connection.name, connector.name, is_test, account_id],
    )


def record(db: psycopg.Connection, connection: Connection, synced_at: datetime) -> None:
    """Remember that a sync of the connection, begun at `synced_at`, ended well."""
    db.execute(
        "update ingest.connections set synced_at = %s, restarted_at = null where connection = %s",
        [synced_at, connection.name],
    )


def note_change(db: psycopg.Connection, connection: Connection) -> None:
    """Remember that rows of the connection were written just now: reports built before do not show them."""
    db.execute("update ingest.connections set changed_at = clock_timestamp() where connection = %s", [connection.name])


def quarantine(db: psycopg.Connection, connection: Connection, table: str, refused: Iterable[tuple[str, str]]) -> None:
    """Keep objects (as JSON text) no raw row could take, each with the reason; the same again adds no row."""
    for data, reason in refused:
        db.execute(
            "insert into ingest.quarantine values (%s, %s, %s, %s, %s, now()) on conflict do nothing",
            [
                connection.name,
                table,
                hashlib.blake2b(data.encode(), digest_size=16).hexdigest(),
                reason,
                data,
            ],
        )


def grant(db: psycopg.Connection, connection: Connection, accesses: Iterable[Access]) -> None:
    """Remember what the connection may read, as last seen."""
    for access in accesses:
        db.execute(
            "insert into ingest.access values (%s, %s, %s, %s, now()) on conflict (connection, table_name) do update"
            " set may_read = excluded.may_read, reason = excluded.reason, checked_at = excluded.checked_at"
            " where (ingest.access.may_read, ingest.access.reason)"
            " is distinct from (excluded.may_read, excluded.reason)",
            [connection.name, access.table, access.may_read, access.reason],
        )


def denied(db: psycopg.Connection, connection: Connection) -> dict[str, str]:
    """The tables the connection could not read when last tried, with the reason."""
    return dict(
        db.execute(
            "select table_name, coalesce(reason, '') from ingest.access where connection = %s and not may_read",
            [connection.name],
        ).fetchall()
    )
