"""Which accounts are connected: derived from the credentials that are set, narrowed and named by `CONNECTIONS`.

Does not belong here: what the credentials are (each connector's `source.py`) or whether they work (its client).
"""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.connector import Connection, Connector
from connectors.errors import ConfigError

EVERYBODYS = "secret_expires_on"
"""The setting that every connection understands, whatever its connector's credentials are."""


@dataclass(frozen=True)
class Configured:
    """The connections whose credentials are set, in the registry's order, and what is wrong with others, by name."""

    on: tuple[Connection, ...]
    faults: Mapping[str, str]


def configured(connectors: Sequence[Connector]) -> list[Connection]:
    """The connections whose credentials are set, in the registry's order. Raises `ConfigError` on a half-set one."""
    found = examined(connectors)
    for fault in found.faults.values():
        raise ConfigError(fault)
    return list(found.on)


def examined(connectors: Sequence[Connector]) -> Configured:
    """The same, with what is wrong beside it: one misspelt account need not hold up the others."""
    named = [name.strip() for name in os.environ.get("CONNECTIONS", "").split(",") if name.strip()]
    known = {connector.name: connector for connector in connectors}
    on: list[Connection] = []
    faults: dict[str, str] = {}
    for name in dict.fromkeys(named) or known:
        try:
            connection = parsed(name, known)
        except ConfigError as error:
            faults[name] = f"CONNECTIONS names what is none: {error}"
            continue
        try:
            if _is_on(known[connection.connector], connection):
                on.append(connection)
            elif named:
                missing = ", ".join(_missing(known[connection.connector], connection))
                faults[name] = f"CONNECTIONS names {connection.name}, but {missing} is not set; put it into .env."
        except ConfigError as error:
            faults[name] = str(error)
    return Configured(tuple(on), faults)


def fingerprint(connector: Connector, connection: Connection) -> str:
    """Names the connection's settings without telling them: another one means that something was changed."""
    names = [*(credential.name for credential in connector.credentials), EVERYBODYS]
    values = [(name, connection.optional(name)) for name in names]
    return hashlib.blake2b(repr(values).encode(), digest_size=6).hexdigest()


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
