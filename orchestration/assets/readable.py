"""The check `readable` of each raw table whose vendor grants rights one by one: may every connection's key read it?

Belongs here: the check's declaration and its result. Does not: finding out (`connectors/`).
"""

from collections.abc import Collection, Iterator, Sequence

from dagster import AssetCheckKey, AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey

from connectors.registry import Connector, SyncResult

NAME = "readable"


def specs(connector: Connector) -> list[AssetCheckSpec]:
    """A check for every table that needs a permission of its own; it fails without stopping what reads the table."""
    return [
        AssetCheckSpec(
            NAME,
            asset=AssetKey([connector.name, table.name]),
            description=f'Every key in use may read this: it has the permission "{table.permission}".',
            blocking=False,
        )
        for table in connector.tables
        if table.permission
    ]


def results(
    connector: Connector, selected: Collection[AssetCheckKey], synced: Sequence[SyncResult]
) -> Iterator[AssetCheckResult]:
    """What the syncs found out, for the selected checks; nothing where nothing was synced."""
    for spec in specs(connector):
        table = spec.asset_key.path[-1]
        found = [(result.connection, part) for result in synced for part in result.tables if part.table == table]
        if spec.key not in selected or not found:
            continue
        denied = {connection: part.denied for connection, part in found if part.denied}
        permission = next(t.permission for t in connector.tables if t.name == table)
        yield AssetCheckResult(
            check_name=NAME,
            asset_key=spec.asset_key,
            passed=not denied,
            severity=AssetCheckSeverity.ERROR,
            description="; ".join(denied.values()) or f"Read by {', '.join(connection for connection, _ in found)}.",
            metadata={
                **denied,
                **({"permission to add": permission} if denied else {}),
            },
        )
