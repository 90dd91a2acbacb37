"""dbt's models as assets and its tests as asset checks: staging, facts and reports in one build.

Belongs here: running dbt, with the channel weights in between and the report site at its end, and telling how far it
is. Does not: SQL (`dbt_project/`), names (`translators.py`), which models run when (`build_parts.py`).
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg
from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    Config,
    Output,
    multi_asset,
)
from dagster_dbt import DagsterDbtTranslatorSettings, DbtCliInvocation, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from psycopg import sql

from connectors.registry import CONNECTORS, StopError, alone, prepare, warehouse
from orchestration import build_stamp, manifest
from orchestration.assets import attribution, build_parts, distrust, faults, raw_snapshot, report_figures, report_site
from orchestration.assets.column_lineage import ColumnLineage
from orchestration.assets.report_site import SITE_SPEC
from orchestration.assets.translators import WEIGHTS_SPEC, ModelTranslator
from orchestration.environment import holding
from orchestration.progress import say
from orchestration.resources import BUILD, WarehouseResource, build_environment
from orchestration.settings import AccountSettings

TRANSLATOR = ModelTranslator(
    settings=DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)
)
PROGRESS_SECONDS = 3.0
BUILD_COMMAND = ["--no-write-json", "--log-level-file", "info", "build", "--exclude-resource-type", "unit_test"]
"""Unit tests prove the SQL, not the data: the test suite runs them. Writing the whole manifest out, twice a start, and
every statement's debug lines is a good part of dbt's time, and nothing reads either."""

UNPUBLISHED = {"LEADLINE_PUBLISH": "later"}
"""For the first part of a build, which comes before readers with what the second makes, in one transaction."""


class BuildConfig(Config):
    """`force`: build even when nothing a build reads has changed since the last good one."""

    force: bool = False


@dbt_assets(manifest=manifest.ensure(), dagster_dbt_translator=TRANSLATOR, name="models_and_tests")
def _models_and_tests() -> Iterator[Any]:
    """What dbt makes and checks, as Dagster knows it; never run by itself, but by `report_models`."""
    yield from ()


@multi_asset(
    name="report_build",
    specs=[*_models_and_tests.specs, WEIGHTS_SPEC, SITE_SPEC],
    check_specs=list(_models_and_tests.check_specs),
    can_subset=True,
    allow_arbitrary_check_specs=True,
)
def report_models(
    context: AssetExecutionContext, config: BuildConfig, dbt: DbtCliResource, warehouse: WarehouseResource
) -> Iterator[Any]:
    """Build every selected model and run its tests; readers keep the last one until then."""
    with faults.told(context):
        yield from _build(context, dbt, warehouse, config.force or context.is_subset)


def _build(context: AssetExecutionContext, dbt: DbtCliResource, at: WarehouseResource, force: bool) -> Iterator[Any]:
    target = at.resolve()
    prepare(CONNECTORS, target)  # a connector that was never synced has empty tables, not missing ones
    with warehouse.connect(target) as db, alone(db, BUILD), holding(build_environment(target)):
        if context.selected_asset_keys == {SITE_SPEC.key}:
            yield from report_site.written(context, db)
            return
        project = orjson.loads(manifest.ensure().read_bytes())
        read_at = build_stamp.now(db)
        stamp = build_stamp.current(db, project, AccountSettings.from_environment().dbt_environment(), manifest.stamp())
        if not force and build_stamp.stands(db, project, stamp):
            build_stamp.keep(db, stamp, read_at)
            say(context, "reports: nothing new since the last build, whose tables and checks stand")
            yield from report_site.written(context, db)
            return
        if context.selected_asset_keys:  # checks alone change no table
            build_stamp.clear(db)
        say(context, "reports: building")
        try:
            with raw_snapshot.held(target):
                yield from _in_parts(context, dbt, db, project)
        except StopError:
            yield from report_site.written_after_failure(context, db)
            raise
        finally:
            for observation in distrust.observations(db, project):
                context.log_event(observation)
        if not context.is_subset:
            build_stamp.keep(db, stamp, read_at)
        yield from report_site.written(context, db)


def _in_parts(
    context: AssetExecutionContext, dbt: DbtCliResource, db: psycopg.Connection, project: Mapping[str, Any]
) -> Iterator[Any]:
    """What the channel weights are computed from, the weights, everything else; a part that fails ends the build."""
    parts, progress = build_parts.selected(context, project), _Progress(context)
    folder = manifest.build_folder()
    columns = ColumnLineage(project, db, _asset_key, folder)
    if parts.first:
        with holding(UNPUBLISHED if parts.second_makes else {}):
            first = _invoke(dbt, context, parts.first, folder)
        yield from _reported(first, db, progress, columns)
    if WEIGHTS_SPEC.key in context.selected_asset_keys and build_parts.has_paths(project):
        yield attribution.weigh(context, db)
    if parts.second:
        yield from _reported(_invoke(dbt, context, parts.second, folder), db, progress, columns)
    columns.keep()
    progress.end()


def _invoke(
    dbt: DbtCliResource, context: AssetExecutionContext, selection: list[str], folder: Path
) -> DbtCliInvocation:
    """dbt on just this selection. Given the context at once, it would select what the whole run selects."""
    invocation = dbt.cli(
        [*BUILD_COMMAND, *selection],
        manifest=manifest.ensure(),
        dagster_dbt_translator=TRANSLATOR,
        target_path=folder,
    )
    invocation.context = context  # whose outputs and checks its events become
    return invocation


def _asset_key(project: Mapping[str, Any], unique_id: str) -> AssetKey:
    return TRANSLATOR.get_asset_spec(project, unique_id, None).key


@dataclass
class _Progress:
    """What the parts have done so far: a line in the log every few seconds."""

    context: AssetExecutionContext
    models: int = 0
    checks: int = 0
    failed: int = 0
    said: float = field(default_factory=time.monotonic)

    def note(self, event: object) -> None:
        self.models += isinstance(event, Output)
        if isinstance(event, AssetCheckResult):
            self.checks += 1
            self.failed += not event.passed
        if time.monotonic() - self.said >= PROGRESS_SECONDS:
            self.said = time.monotonic()
            say(self.context, f"reports: {self.models} tables built, {self.checks} checks done so far")

    def end(self) -> None:
        passed = self.checks - self.failed
        say(self.context, f"reports: {self.models} tables built, {passed} of {self.checks} checks passed")


def _reported(
    invocation: DbtCliInvocation, db: psycopg.Connection, progress: _Progress, columns: ColumnLineage
) -> Iterator[Any]:
    """dbt's events as they come, models with their row counts and what their columns are made of."""
    nodes = invocation.manifest["nodes"]
    for event in _stream(invocation):
        if isinstance(event, Output):
            node = nodes[event.metadata["unique_id"].value]
            rows = _rows(db, node["schema"], node["alias"])
            told = report_figures.of(db, node["name"])
            made_of = {"dagster/column_lineage": found} if (found := columns.of(node["unique_id"])) else {}
            event = event.with_metadata({**event.metadata, "dagster/row_count": rows, **made_of, **told})
        yield event
        progress.note(event)


def _stream(invocation: DbtCliInvocation) -> Iterator[Any]:
    """dbt's events as Dagster's; a failed build ends with what failed, not with dbt's exit code."""
    wrong: list[str] = []
    try:
        for event in invocation.stream_raw_events():
            wrong += _wrong(event.raw_event)
            yield from event.to_default_asset_events(
                manifest=invocation.manifest, dagster_dbt_translator=TRANSLATOR, context=invocation.context
            )
    except DagsterDbtCliRuntimeError as error:
        raise StopError("The reports were not built whole: " + "; ".join(wrong[:5] or [str(error)])) from error


def _wrong(raw: Mapping[str, Any]) -> list[str]:
    """What a node failed with, in one line, if the event is dbt's last word on one that did."""
    if not raw["info"]["name"].startswith("RunResultError"):
        return []
    data = raw["data"]
    message = " ".join(str(data.get("msg") or data.get("status")).split())
    return [f"{data['node_info']['unique_id'].split('.')[2]}: {message[:300]}"]


def _rows(db: psycopg.Connection, schema: str, table: str) -> int:
    row = db.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))).fetchone()
    return row[0] if row else 0
