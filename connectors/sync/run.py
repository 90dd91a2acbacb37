"""One sync of one connection: lock, raw tables, dlt pipeline, what was written.

Belongs here: the order of these steps and what a run reports. Does not: rows (`sink.py`), requests (the clients).
"""

import logging
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from connectors import warehouse as warehouses
from connectors.connector import Connection, Connector
from connectors.errors import LeadlineError, RetryError
from connectors.sync import ledger, tenant
from connectors.sync.lock import alone
from connectors.sync.sink import TableLoad, resource
from connectors.warehouse import Warehouse

OnProgress = Callable[[str, int], None]
"""Called with a table's name and the objects read so far, after every page."""


@dataclass(frozen=True)
class TableResult:
    """One table after a sync, in rows: read from the vendor, written (new or changed), refused, held now."""

    table: str
    read: int
    written: int
    quarantined: int
    total: int


@dataclass(frozen=True)
class SyncResult:
    """One connection after a sync."""

    connection: str
    synced_at: datetime
    seconds: float
    tables: tuple[TableResult, ...]


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
    report = on_progress or (lambda _table, _read: None)
    loads = [TableLoad(table) for table in connector.tables if tables is None or table.name in tables]
    with warehouses.connect(warehouse, autocommit=True) as db, alone(db, session_name(connector.name)):
        tenant.move_in(db, [connector], tenant.wanted())
        resources = [
            resource(connector, connection, load, synced_at, lambda at: report(at.table.name, at.read))
            for load in loads
        ]
        _load(connector, connection, warehouse, resources)
        for load in loads:
            ledger.quarantine(db, connection, load.table, load.rejected, synced_at)
        ledger.record(db, connector, connection, connector.is_test(connection), synced_at)
        results = tuple(_result(db, connector, connection, load, synced_at) for load in loads)
    return SyncResult(connection.name, synced_at, time.monotonic() - started, results)


def session_name(connector: str) -> str:
    """The application name of a sync's sessions, by which a successor finds what a killed run left behind."""
    return f"leadline-sync-{connector}"


def _load(connector: Connector, connection: Connection, warehouse: Warehouse, resources: list[object]) -> None:
    """Run the pipeline in a folder of its own: what a killed run extracted is read again, never half loaded."""
    import dlt  # costs 0.5 s, so only where data really moves
    from dlt.destinations import postgres
    from dlt.pipeline.exceptions import PipelineStepFailed

    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
    with TemporaryDirectory(prefix="leadline-") as folder:
        pipeline = dlt.pipeline(
            pipeline_name=connection.name.replace("@", "_at_"),
            pipelines_dir=folder,
            destination=postgres(credentials=warehouses.dlt_url(warehouse, session_name(connector.name))),
            dataset_name=connector.schema,
        )
        try:
            pipeline.run(resources)
        except PipelineStepFailed as error:
            raise _reason(error, connection) from error


def _reason(error: BaseException, connection: Connection) -> LeadlineError:
    """Our own error inside dlt's, else a sentence around the innermost cause."""
    innermost = error
    while (deeper := innermost.__cause__ or innermost.__context__) is not None:
        innermost = deeper
        if isinstance(innermost, LeadlineError):
            return innermost
    logging.getLogger(__name__).debug("sync failed", exc_info=error)
    return RetryError(f"{connection.name}: loading stopped: {type(innermost).__name__}: {str(innermost).strip()}")


def _result(
    db: psycopg.Connection, connector: Connector, connection: Connection, load: TableLoad, synced_at: datetime
) -> TableResult:
    query = sql.SQL(
        "select count(*) filter (where synced_at = %(at)s), count(*) from {} where connection = %(connection)s"
    ).format(sql.Identifier(connector.schema, load.table.name))
    written, total = db.execute(query, {"at": synced_at, "connection": connection.name}).fetchone() or (0, 0)
    return TableResult(load.table.name, load.read, written, len(load.rejected), total)
