"""Which accounts are connected: derived from the credentials that are set, narrowed and named by `CONNECTIONS`.

Does not belong here: what the credentials are (each connector's `source.py`) or whether they work (its client).
"""

import os
import re
from collections.abc import Mapping, Sequence

from connectors.connector import Connection, Connector
from connectors.errors import ConfigError


def configured(connectors: Sequence[Connector]) -> list[Connection]:
    """The connections whose credentials are set, in the registry's order. Raises `ConfigError` on a half-set one."""
    named = [name.strip() for name in os.environ.get("CONNECTIONS", "").split(",") if name.strip()]
    if not named:
        return [Connection(connector.name) for connector in connectors if _is_on(connector, Connection(connector.name))]
    known = {connector.name: connector for connector in connectors}
    try:
        connections = [parsed(name, known) for name in dict.fromkeys(named)]
    except ConfigError as error:
        raise ConfigError(f"CONNECTIONS names what is none: {error}") from error
    for connection in connections:
        if not _is_on(known[connection.connector], connection):
            missing = ", ".join(_missing(known[connection.connector], connection))
            raise ConfigError(f"CONNECTIONS names {connection.name}, but {missing} is not set; put it into .env.")
    return connections


def parsed(name: str, known: Mapping[str, Connector]) -> Connection:
    """The connection of that name. Raises `ConfigError` for an unknown vendor or a misspelt account."""
    vendor, _, account = name.partition("@")
    if vendor not in known:
        raise ConfigError(f"{name!r} is no connection; the connectors are {', '.join(known)}.")
    if "@" in name and not re.fullmatch(r"[a-z][a-z0-9_]*", account):
        raise ConfigError(f"{name!r} is no connection; an account is written {vendor}@eu, in lowercase letters.")
    return Connection(vendor, account or None)


def _missing(connector: Connector, connection: Connection) -> list[str]:
    needed = connector.required_credentials
    return [connection.variable(c.name) for c in needed if connection.optional(c.name) is None]


def _is_on(connector: Connector, connection: Connection) -> bool:
    missing = _missing(connector, connection)
    if missing and len(missing) < len(connector.required_credentials):
        raise ConfigError(
            f"{connection.name} is half configured: {', '.join(missing)} is not set; set it, or remove the others."
        )
    return not missing
