"""Connecting to a warehouse, and every reason why it will not do, each in one sentence with its cure.

What belongs here: refusals before work begins. What does not: where the warehouse is (`warehouse.py`), errors
in the middle of a run.
"""

import socket

import psycopg

from connectors.errors import ConfigError, LeadlineError, RetryError
from connectors.postgres_binaries import MINIMUM_MAJOR
from connectors.warehouse_address import Warehouse

CONNECT_TIMEOUT_SECONDS = 10
FACTS = """
    select current_setting('server_version') as version,
           current_setting('server_version_num')::int / 10000 as major,
           current_setting('server_encoding') as encoding,
           pg_is_in_recovery() as is_standby,
           current_setting('transaction_read_only')::bool as is_read_only,
           has_database_privilege(current_database(), 'create') as may_create
"""


def connect(warehouse: Warehouse, *, autocommit: bool = True) -> psycopg.Connection:
    """A connection named leadline. Raises psycopg.OperationalError as it comes; `check` explains it."""
    defaults = {"connect_timeout": str(CONNECT_TIMEOUT_SECONDS), "application_name": "leadline"}
    return psycopg.connect(warehouse.with_params(defaults | warehouse.params), autocommit=autocommit)


def check(warehouse: Warehouse) -> str:
    """The server's version, such as "18.6", once it is found fit.

    Raises ConfigError saying what is wrong and the cure; RetryError while the server starts up or is full.
    """
    _reach(warehouse)
    try:
        with connect(warehouse) as connection:
            row = connection.execute(FACTS).fetchone()
    except psycopg.Error as problem:
        raise _explained(warehouse, str(problem)) from None  # the cause would repeat the whole address
    assert row is not None
    version, major, encoding, is_standby, is_read_only, may_create = row
    if major < MINIMUM_MAJOR:
        raise ConfigError(f"{warehouse} runs Postgres {version}; at least {MINIMUM_MAJOR} is needed: upgrade it.")
    if encoding != "UTF8":
        raise ConfigError(
            f"The database {warehouse} stores text as {encoding}; UTF8 is needed: create another with "
            "\"create database ... encoding 'UTF8' template template0\"."
        )
    if is_standby:
        raise ConfigError(f"{warehouse} is a standby, which takes no writes: point WAREHOUSE_URL at its primary.")
    if is_read_only:
        raise ConfigError(
            f"Sessions on {warehouse} are read-only (default_transaction_read_only is on for the server, the database "
            f"or the role {warehouse.user}): switch it off, or use a role that may write."
        )
    if not may_create:
        raise ConfigError(
            f"The role {warehouse.user} may not create schemas in {warehouse}: run "
            f'"grant create on database {warehouse.dbname} to {warehouse.user}".'
        )
    return str(version)


def _reach(warehouse: Warehouse) -> None:
    """A plain TCP connection first: its errors are the same in every language of server and system."""
    place = (warehouse.host, warehouse.port)
    cure = "check host and port in WAREHOUSE_URL, and that the server runs and listens there"
    try:
        socket.create_connection(place, timeout=CONNECT_TIMEOUT_SECONDS).close()
    except socket.gaierror:
        raise ConfigError(f"The host {warehouse.host} of {warehouse} is not known here: {cure}.") from None
    except OSError as problem:
        raise ConfigError(f"Nobody answers at {warehouse} ({problem.strerror or problem}): {cure}.") from None


def _explained(warehouse: Warehouse, said: str) -> LeadlineError:
    """What the server's (English) words mean for the reader; unknown words are handed on, they hold no password."""
    if "password authentication failed" in said or "no password supplied" in said:
        return ConfigError(f"{warehouse} refuses the password of {warehouse.user}: correct it in WAREHOUSE_URL.")
    if f'database "{warehouse.dbname}" does not exist' in said:
        return ConfigError(
            f"The server of {warehouse} has no database {warehouse.dbname}: run "
            f"\"create database {warehouse.dbname} encoding 'UTF8' template template0\", or correct WAREHOUSE_URL."
        )
    if "starting up" in said or "too many" in said or "remaining connection slots" in said:
        return RetryError(f"{warehouse} takes no connection just now: {_one_line(said)}.")
    return ConfigError(f"{warehouse} does not let us in: {_one_line(said)}.")


def _one_line(said: str) -> str:
    return " ".join(said.split()).rstrip(".")
