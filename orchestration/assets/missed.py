"""The check `events_tell_all` of each raw table whose vendor tells of changes: is what it tells all that happened?

Belongs here: the check's declaration, its rule, its result. Does not: finding changes by looking again (`connectors/`).
"""

from collections.abc import Collection, Iterator, Sequence

from dagster import AssetCheckKey, AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey

from connectors.registry import Connector, SyncResult

NAME = "events_tell_all"
FEW = 10
SHARE = 0.05


def specs(connector: Connector) -> list[AssetCheckSpec]:
    """A check for every table of a vendor that is looked at again; what is found late is late, not wrong."""
    if not connector.looks_again:
        return []
    return [
        AssetCheckSpec(
            NAME,
            asset=AssetKey([connector.name, table.name]),
            description=f"Of what a sync wrote, at most {FEW} rows or {SHARE:.0%} were changes that {connector.title}"
            " had not told of and that were found by looking again.",
            blocking=False,
        )
        for table in connector.tables
    ]


def results(
    connector: Connector, selected: Collection[AssetCheckKey], synced: Sequence[SyncResult]
) -> Iterator[AssetCheckResult]:
    """The rule on what the syncs counted, for the selected checks; nothing where nothing was synced."""
    for spec in specs(connector):
        table = spec.asset_key.path[-1]
        found = [(result.connection, part) for result in synced for part in result.tables if part.table == table]
        if spec.key not in selected or not found:
            continue
        many = {name: part for name, part in found if is_many(part.missed, part.written)}
        missed = "; ".join(
            f"{name}: {part.missed:,} of {part.written:,} changes were found by looking again only. If this goes on,"
            f" {connector.title} does not tell this account everything: read the table's history again and ask why"
            for name, part in many.items()
        )
        yield AssetCheckResult(
            check_name=NAME,
            asset_key=spec.asset_key,
            passed=not many,
            severity=AssetCheckSeverity.WARN,
            description=f"{missed}." if many else f"{connector.title} told of every change but a few at most.",
            metadata={name: part.missed for name, part in found},
        )


def is_many(missed: int, written: int) -> bool:
    """Whether so many missed changes among the rows written are more than chance."""
    return missed > FEW and missed > SHARE * written
