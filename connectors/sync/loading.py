"""Moving rows into one connection's raw tables: Arrow's COPY into what dlt keeps there, a transaction a package.

    ids not held ──COPY──► raw_<connector>.<table>
    ids held     ──COPY──► raw_<connector>_staging.<table> ──dlt's guarded upsert──► the same

dlt says where and in which shape (destination, datasets, schema), how rows are merged, and lists the packages. Its own
working folders are left out: the spool is one already (decision 9).
Does not belong here: which rows are new or changed (`landing.py`), what a row holds (`rows.py`).
"""

import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from connectors import warehouse as warehouses
from connectors.connector import Connection
from connectors.errors import LeadlineError, RetryError
from connectors.sync.raw_tables import LOAD_ID, dlt_columns, guarded_upsert
from connectors.warehouse import Warehouse


@dataclass(frozen=True)
class _Session:
    """A cursor of Arrow's driver, dlt's schema, and the statements that merge each staging table."""

    cursor: Any
    schema: Any
    upserts: Mapping[str, Sequence[str]]


class Package:
    """One load package on its way; nothing is begun before its first row. `rows` are how many it has."""

    def __init__(self, schema: str, begin: Callable[[], tuple[_Session, str]]) -> None:
        """`begin` begins a transaction, and gives the package its id."""
        self._schema, self._begin = schema, begin
        self._begun: tuple[_Session, str] | None = None
        self.rows = 0

    def add(self, name: str, rows: pa.Table) -> None:
        """Write rows of ids that the table does not hold."""
        self._copy(self._schema, name, rows)

    def merge(self, name: str, rows: pa.Table) -> None:
        """Write rows, one an id, over those held, unless what is held is newer or equal."""
        session, _ = self._begun = self._begun or self._begin()
        session.cursor.execute(f'truncate "{self._schema}_staging"."{name}"')
        self._copy(f"{self._schema}_staging", name, rows)
        for statement in session.upserts[name]:
            session.cursor.execute(statement)

    def _copy(self, schema: str, name: str, rows: pa.Table) -> None:
        session, load_id = self._begun = self._begun or self._begin()
        load_ids = pa.array([load_id] * len(rows), pa.string())
        session.cursor.adbc_ingest(name, rows.append_column(LOAD_ID, load_ids), mode="append", db_schema_name=schema)
        self.rows += len(rows)

    def commit(self) -> None:
        """List the package where dlt lists its own, and make it and what was written seen."""
        if self._begun:
            session, load_id = self._begun
            schema = session.schema
            loads = f'"{self._schema}"."{schema.loads_table_name}"'
            columns = "load_id, schema_name, status, inserted_at, schema_version_hash"
            listing = f"insert into {loads} ({columns}) values ($1, $2, 0, now(), $3)"  # noqa: S608 our own names
            session.cursor.execute(listing, (load_id, schema.name, schema.version_hash))
            session.cursor.execute("commit")


class Loader:
    """The way into the raw tables `names` of one connection; use it from one thread at a time, and close it."""

    def __init__(
        self, connection: Connection, warehouse: Warehouse, names: Collection[str], folder: str, session_name: str
    ) -> None:
        """`folder` is for dlt, `session_name` the application name of the session, which is not opened yet."""
        self._connection, self._names, self._folder = connection, names, folder
        self._url = warehouses.dlt_url(warehouse, session_name)
        self._held = ExitStack()
        self._session: _Session | None = None

    def close(self) -> None:
        """Close the session, and with it a package that was not committed."""
        self._session = None
        self._held.close()

    def open(self) -> None:
        """Open the session now, which a package would else do with its first row. Raises as `package` does."""
        with self._told():
            self._opened()

    @contextmanager
    def package(self) -> Iterator[Package]:
        """A package that is written whole when the block ends, and not at all when it raises.

        Raises `RetryError` for what is no error of ours.
        """
        package = Package(self._connection.schema, self._begin)
        with self._told():
            yield package
            package.commit()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except LeadlineError:
            self.close()
            raise
        except Exception as error:
            self.close()
            logging.getLogger(__name__).debug("loading stopped", exc_info=error)
            raise RetryError(f"{self._connection.name}: loading stopped: {_innermost(error)}") from error

    def _begin(self) -> tuple[_Session, str]:
        from dlt.common.storages.load_package import create_load_id  # dlt costs a second: only where rows move

        session = self._opened()
        session.cursor.execute("begin")
        return session, create_load_id()

    def _opened(self) -> _Session:
        self._session = self._session or self._open()
        return self._session

    def _open(self) -> _Session:
        """A new session; dlt brings its tables, its column in the raw tables and the staging tables about."""
        import adbc_driver_postgresql.dbapi as adbc
        import dlt
        import pandas  # noqa: F401 dlt looks for it among the loaded modules: not while a reader's pyarrow half loaded it
        from dlt.destinations import postgres
        from dlt.destinations.sql_jobs import SqlMergeFollowupJob

        os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
        os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
        vendor, dataset = self._connection.connector, self._connection.schema
        pipeline = dlt.pipeline(
            vendor, pipelines_dir=self._folder, destination=postgres(credentials=self._url), dataset_name=dataset
        )
        schema = dlt.Schema(vendor)
        for name in self._names:
            merge, columns = guarded_upsert(dataset, name), dlt_columns()
            rows = dlt.resource(
                [], name=name, primary_key=["connection", "id"], write_disposition=merge, columns=columns
            )
            schema.update_table(rows.compute_table_schema())
        pipeline.schemas.save_schema(schema)
        with pipeline.destination_client(vendor) as client:
            client.initialize_storage()
            client.update_stored_schema()
            with client.with_staging_dataset():
                client.initialize_storage()
                client.update_stored_schema()
            upserts = {
                name: SqlMergeFollowupJob.generate_sql([client.prepare_load_table(name)], client.sql_client)
                for name in self._names
            }
        connection = self._held.enter_context(adbc.connect(self._url, autocommit=True))
        return _Session(self._held.enter_context(connection.cursor()), client.schema, upserts)


def _innermost(error: BaseException) -> str:
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    return f"{type(error).__name__}: {str(error).strip()}"
