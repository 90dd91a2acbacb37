"""Where raw tables land: WAREHOUSE_URL when it is set, else the embedded Postgres, decided here and nowhere else.

What belongs here: resolving the address, its schemas, and the same address in the words of dlt, dbt and Dagster.
What does not: how a URL reads (`warehouse_address.py`), whether the server answers and will do
(`warehouse_connection.py`).
"""

import os
from collections.abc import Iterable

import psycopg
from psycopg import sql

from connectors import embedded_postgres, warehouse_address
from connectors.errors import ConfigError
from connectors.postgres_cluster import READER
from connectors.warehouse_address import PARAMETERS, Warehouse
from connectors.warehouse_connection import check, connect

DAGSTER_SCHEMA = "dagster"

__all__ = [
    "DAGSTER_SCHEMA",
    "READER",
    "Warehouse",
    "check",
    "connect",
    "dagster_storage_url",
    "dbt_environment",
    "dlt_url",
    "ensure_schemas",
    "reader_url",
    "resolve",
]


def resolve(start: bool = True) -> Warehouse:
    """The warehouse of this environment; the embedded server is started unless `start` is False.

    Raises ConfigError for an unreadable WAREHOUSE_URL and whatever starting the embedded server raises.
    """
    url = os.environ.get("WAREHOUSE_URL", "").strip()
    if url:
        return warehouse_address.parse(url)
    server = embedded_postgres.start() if start else embedded_postgres.locate()
    return warehouse_address.parse(server.url, is_embedded=True)


def ensure_schemas(connection: psycopg.Connection, names: Iterable[str]) -> None:
    """Create the schemas that are missing, in one transaction; safe when several processes do it at once."""
    with connection.transaction():
        # "if not exists" alone still fails when two sessions create the same name together.
        connection.execute("select pg_advisory_xact_lock(hashtextextended('leadline schemas', 0))")
        for name in names:
            connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(name)))


def reader_url(warehouse: Warehouse) -> str:
    """The URL BI tools use: the embedded server's reader, else WAREHOUSE_READER_URL.

    Raises ConfigError with the statement that makes the role when a server of one's own has no reader set.
    """
    if warehouse.is_embedded:
        return embedded_postgres.locate().reader_url
    url = os.environ.get("WAREHOUSE_READER_URL", "").strip()
    if url:
        return warehouse_address.parse(url, setting="WAREHOUSE_READER_URL").url
    raise ConfigError(
        f"WAREHOUSE_READER_URL is not set: run \"create role {READER} login password '...'\" on "
        f"{warehouse.host}, then set it to postgresql://{READER}:...@{warehouse.host}:{warehouse.port}/"
        f"{warehouse.dbname}."
    )


def dlt_url(warehouse: Warehouse, application_name: str) -> str:
    """The address for dlt, whose sessions carry `application_name` so that they can be told from others."""
    return warehouse.with_params({"application_name": application_name})


def dbt_environment(warehouse: Warehouse) -> dict[str, str]:
    """The variables the dbt profile reads, and libpq's own for the parameters the profile has no word for."""
    profile = {
        "LEADLINE_PG_HOST": warehouse.host,
        "LEADLINE_PG_PORT": str(warehouse.port),
        "LEADLINE_PG_USER": warehouse.user,
        "LEADLINE_PG_PASSWORD": warehouse.password,
        "LEADLINE_PG_DATABASE": warehouse.dbname,
        "LEADLINE_PG_SSLMODE": warehouse.params.get("sslmode", "prefer"),
    }
    return profile | {PARAMETERS[name]: value for name, value in warehouse.params.items() if name != "sslmode"}


def dagster_storage_url(warehouse: Warehouse) -> str:
    """Where Dagster keeps its own tables: DAGSTER_POSTGRES_URL when set, else the schema `dagster` here.

    The schema is created. Dagster itself knows no schemas, so the URL sets the session's search path.
    """
    explicit = os.environ.get("DAGSTER_POSTGRES_URL", "").strip()
    if explicit:
        return explicit
    with connect(warehouse) as connection:
        ensure_schemas(connection, [DAGSTER_SCHEMA])
    options = f"{warehouse.params.get('options', '')} -csearch_path={DAGSTER_SCHEMA}".strip()
    return warehouse.with_params({"options": options})
