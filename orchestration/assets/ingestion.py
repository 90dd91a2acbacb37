"""One factory over the registry: each connector becomes one op that lands its raw tables as assets.

Belongs here: a sync's results as materialisations. Does not: syncing (`connectors/`), names (`translators.py`), what
is said meanwhile (`sync_progress.py`), whether tables may be read (`readable.py`).
"""

from collections import defaultdict
from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from connectors.registry import (
    CONNECTORS,
    Connection,
    Connector,
    SyncResult,
    TableResult,
    Warehouse,
    prepare,
    sync,
)
from orchestration import run_tags
from orchestration.assets import faults, readable
from orchestration.assets.accounts import SyncConfig, chosen
from orchestration.assets.sync_progress import SyncProgress
from orchestration.assets.translators import raw_spec
from orchestration.progress import say
from orchestration.resources import WarehouseResource


def raw_assets(connector: Connector) -> AssetsDefinition:
    """The connector's raw tables, any subset of which can be synced for all its connections."""

    @multi_asset(
        name=f"{connector.name}_sync",
        description=f"Sync {connector.title} into {connector.schema}, every connected account in turn.",
        specs=[raw_spec(connector, table) for table in connector.tables],
        check_specs=readable.specs(connector),
        can_subset=True,
    )
    def sync_connector(
        context: AssetExecutionContext, config: SyncConfig, warehouse: WarehouseResource
    ) -> Iterator[MaterializeResult | AssetCheckResult]:
        tables = {key.path[-1] for key in context.selected_asset_keys}
        tried = tables | {key.asset_key.path[-1] for key in context.selected_asset_check_keys}
        with faults.told(context):
            connected = chosen(connector, config)
            if len(connected) == 1 and run_tags.CONNECTOR in context.run.tags:  # a run of this vendor alone
                context.instance.add_run_tags(context.run_id, {run_tags.CONNECTION: connected[0].name})
            target = warehouse.resolve()
            prepare([connector], target)
            results = [_sync(context, connector, named, target, tried) for named in connected]
        if not connected:
            say(context, f"{connector.title} is not connected; its tables stay as they are")
        yield from _materializations(connector, tables, results)
        yield from readable.results(connector, context.selected_asset_check_keys, results)

    return sync_connector


def _sync(
    context: AssetExecutionContext, connector: Connector, connection: Connection, target: Warehouse, tables: set[str]
) -> SyncResult:
    result = sync(connector, connection, target, SyncProgress(context, connection, tables), tables)
    for note in result.notes:
        say(context, f"{connection.name}: {note}")
    for table in result.tables:
        _say_table(context, connection, table)
    asked = f" with {result.requests:,} requests" if result.requests else ""
    say(context, f"{connection.name} synced in {result.seconds:.1f} s{asked}")
    return result


def _say_table(context: AssetExecutionContext, connection: Connection, table: TableResult) -> None:
    name = f"{connection.name}/{table.table}"
    denied = (table.denied or "").removeprefix(f"{name}: ")
    if table.read or table.written:
        say(context, f"{name}: {table.read:,} read, {table.written:,} new or changed, {table.total:,} held")
    if table.missed:
        say(context, f"{name}: {table.missed:,} changes no event had told of")
    if denied:
        context.log.warning(f"{name}: {denied}")
    if table.quarantined:
        context.log.warning(f"{name}: {table.quarantined:,} rows do not fit; ingest.quarantine says why")


def _materializations(connector: Connector, tables: set[str], results: list[SyncResult]) -> Iterator[MaterializeResult]:
    parts: dict[str, list[TableResult]] = defaultdict(list)
    for result in results:
        for part in result.tables:
            parts[part.table].append(part)
    for table in (table.name for table in connector.tables if table.name in tables):
        yield MaterializeResult(
            asset_key=[connector.name, table],
            metadata={
                "dagster/row_count": sum(part.total for part in parts[table]),
                "rows_read": sum(part.read for part in parts[table]),
                "rows_written": sum(part.written for part in parts[table]),
                "rows_quarantined": sum(part.quarantined for part in parts[table]),
                "changes_events_missed": sum(part.missed for part in parts[table]),
                "connections": ", ".join(result.connection for result in results) or "none connected",
                **_of_the_whole_sync(results),
            },
        )


def _of_the_whole_sync(results: list[SyncResult]) -> dict[str, MetadataValue]:
    """What the sync cost, all its tables together: they are read side by side."""
    seconds = sum((result.seconds for result in results), 0.0)
    read = sum(part.read for result in results for part in result.tables)
    notes = "\n".join(f"- {result.connection}: {note}" for result in results for note in result.notes)
    return {
        "sync_requests": MetadataValue.int(sum(result.requests for result in results)),
        "sync_seconds": MetadataValue.float(round(seconds, 1)),
        "sync_objects_per_second": MetadataValue.float(round(read / seconds, 1) if seconds else 0.0),
        "sync_notes": MetadataValue.md(notes or "none"),
    }


RAW_ASSETS = [raw_assets(connector) for connector in CONNECTORS]
