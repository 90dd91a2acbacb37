"""Which accounts a run syncs: the one its config names, else every connected one of the vendor.

Belongs here: that choice. Does not: syncing them (`ingestion.py`), when (`automation/`).
"""

from dagster import Config
from pydantic import Field

from connectors.registry import ConfigError, Connection, Connector, connection, examined


class SyncConfig(Config):
    """Which account a run syncs."""

    connection: str = Field(
        default="",
        description="The account to sync, such as stripe or stripe@eu; empty: every connected account, in turn.",
    )


def chosen(connector: Connector, config: SyncConfig) -> list[Connection]:
    """The accounts to sync. Raises `ConfigError` for one that is not connected, or half so."""
    name, found = config.connection, examined()
    for of, fault in found.faults.items():
        if of == name or (not name and of.partition("@")[0] == connector.name):
            raise ConfigError(fault)
    ours = [named for named in found.on if named.connector == connector.name]
    if not name:
        return ours
    named = connection(name)
    if named.connector != connector.name:
        raise ConfigError(f"{name} is no account of {connector.title}: this job syncs {connector.name} and its others.")
    if named not in ours:
        raise ConfigError(f"{name} is not connected: run `leadline connect {name}`, or put its credentials into .env.")
    return [named]
