"""One factory over the registry: each connector becomes one op that lands its raw tables as assets.

Belongs here: a sync's results as materialisations. Does not: syncing (`connectors/`), names (`translators.py`), what
is said meanwhile (`sync_progress.py`) and of each table (`sync_figures.py`), checks (`readable.py`,
`missed.py`, `secret_lasts.py`).
"""

from collections.abc import Collection, Iterator

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetExecutionContext,
    AssetsDefinition,
    MaterializeResult,
    multi_asset,
)

from connectors.registry import (
    CONNECTORS,
    Connection,
    Connector,
    SyncResult,
    TableResult,
    Warehouse,
    examined,
    prepare,
    sync,
    warehouse,
)
from orchestration import check_results, run_tags
from orchestration.assets import faults, missed, readable, secret_lasts, sync_figures
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
        check_specs=[*readable.specs(connector), *missed.specs(connector), *secret_lasts.specs(connector)],
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
            _keep_checks(target, connector, context.selected_asset_check_keys, results)
        if not connected:
            say(context, f"{connector.title} is not connected; its tables stay as they are")
        for table in (table.name for table in connector.tables if table.name in tables):
            yield MaterializeResult(asset_key=[connector.name, table], metadata=sync_figures.of_table(table, results))
        yield from _checks(connector, context.selected_asset_check_keys, results)

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


def _keep_checks(
    target: Warehouse, connector: Connector, selected: Collection[AssetCheckKey], results: list[SyncResult]
) -> None:
    with warehouse.connect(target) as db:
        for result in results:
            check_results.keep(db, result.connection, _checks(connector, selected, [result]))
        connected = [named.name for named in examined().on if named.connector == connector.name]
        check_results.forget_others(db, connector.name, connected)


def _checks(
    connector: Connector, selected: Collection[AssetCheckKey], results: list[SyncResult]
) -> Iterator[AssetCheckResult]:
    yield from readable.results(connector, selected, results)
    yield from missed.results(connector, selected, results)
    yield from secret_lasts.results(connector, selected, results)


RAW_ASSETS = [raw_assets(connector) for connector in CONNECTORS]
