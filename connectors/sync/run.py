"""One sync of one connection: lock, raw tables, the connector's reading, what was written.

Belongs here: the order of these steps and what a run reports. Does not: reading (`whole.py`, the connectors), writing
(`landing.py`).
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from connectors import embedded_postgres
from connectors import warehouse as warehouses
from connectors.connector import Connection, Connector, SecretEnd
from connectors.sync import fields, ledger, memory, secret_ends, tenant
from connectors.sync.fields import Changes
from connectors.sync.landing import Count, landing, session_name
from connectors.sync.lock import alone
from connectors.sync.progress import OnProgress
from connectors.sync.session import Session
from connectors.sync.spool import Spool
from connectors.sync.whole import read_whole
from connectors.warehouse import Warehouse


@dataclass(frozen=True)
class TableResult:
    """One table after a sync, in rows: read from the vendor, written (new or changed), refused; `total` are held now,
    of all the vendor's accounts.

    `missed` are changes found by looking again that the vendor's events had not told of; `denied` says why the table
    cannot be read. Of what was written, `changed` and `deleted` were held before; `bytes` were read, as JSON; `newest`
    is when the youngest object read was made; `fields` are those that came or went since the last look.
    """

    table: str
    read: int
    written: int
    quarantined: int
    total: int
    missed: int = 0
    denied: str | None = None
    changed: int = 0
    deleted: int = 0
    bytes: int = 0
    newest: datetime | None = None
    fields: Changes = field(default_factory=Changes)

    @property
    def new(self) -> int:
        """Rows written that were not held before."""
        return self.written - self.changed - self.deleted


@dataclass(frozen=True)
class SyncResult:
    """One connection after a sync; `requests` it sent, where they are counted, `notes` for the log.

    `requests_allowed` a second were open to it at its end, its share of the vendor's limit; 0 where that is not known.
    `secret_end` is when a secret of it ends, as far as anybody tells.
    """

    connection: str
    synced_at: datetime
    seconds: float
    tables: tuple[TableResult, ...]
    requests: int = 0
    notes: tuple[str, ...] = field(default=())
    requests_allowed: float = 0.0
    secret_end: SecretEnd | None = None


def sync(
    connector: Connector,
    connection: Connection,
    warehouse: Warehouse,
    on_progress: OnProgress | None = None,
    tables: Collection[str] | None = None,
) -> SyncResult:
    """Read the connection's tables (all, or those named) into raw; safe to repeat and to kill at any moment.

    Raises `ConfigError`, `StopError` or `RetryError`; nothing of a failed run is half written.
    """
    synced_at, started = datetime.now(UTC), time.monotonic()
    memory.frugal()
    with (
        warehouses.connect(warehouse, autocommit=True) as db,
        alone(db, session_name(connector.name)),
        landing(connection, warehouse, db, [table.name for table in connector.tables]) as landed,
    ):
        tenant.move_in(db, [connector], tenant.wanted())
        ledger.begin(db, connector, connection, connector.is_test(connection))
        spool = Spool(embedded_postgres.home_folder() / "spool" / tenant.tenancy(db) / connection.name)
        session = Session(
            connector,
            connection,
            db,
            landed,
            spool,
            synced_at,
            [table.name for table in connector.tables if tables is None or table.name in tables],
            on_progress or (lambda _: None),
        )
        if connector.follow:
            connector.follow(session)
        elif connector.read:
            read_whole(session, connector.read)
        spool.close()
        ledger.record(db, connection, synced_at)
        ends = secret_ends.look(session)
        results = tuple(_result(session, name, landed.counts) for name in session.tables)
    seconds, notes = time.monotonic() - started, tuple(session.notes)
    return SyncResult(
        connection.name, synced_at, seconds, results, session.requests, notes, session.requests_allowed, ends
    )


def _result(session: Session, name: str, counts: Mapping[str, Count]) -> TableResult:
    count = counts.get(name, Count())
    total = _total(session.db, session.connector, name)
    return TableResult(
        name,
        count.read,
        count.written,
        count.quarantined,
        total,
        session.missed[name],
        session.denied.get(name),
        count.changed,
        count.deleted,
        count.bytes,
        count.newest,
        fields.note(session.db, session.connection, name, count.fields, session.synced_at),
    )


def _total(db: psycopg.Connection, connector: Connector, name: str) -> int:
    row = db.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(connector.schema, name))).fetchone()
    return row[0] if row else 0
