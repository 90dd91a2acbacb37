"""A sync as the Dagster UI shows it: checks of what a key may read, observations on the way, what it cost."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dagster import (
    AssetCheckEvaluation,
    AssetCheckKey,
    AssetCheckSeverity,
    AssetKey,
    AssetSelection,
    DagsterInstance,
    ExecuteInProcessResult,
    materialize,
)

from connectors.registry import CONNECTORS, Connection, Progress, play_world
from orchestration.assets import sync_progress
from orchestration.assets.ingestion import RAW_ASSETS
from orchestration.assets.sync_progress import SyncProgress
from orchestration.definitions import defs
from orchestration.resources import WarehouseResource
from tests.integration.studio import STUDIO

STRIPE = CONNECTORS[0]
READER = "rk_live_reader1234"
WORLD = f"""[stripe]
account = "acct_own"
[stripe.restricted]
{READER} = ["charges", "events"]
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    world = tmp_path_factory.mktemp("world")
    (world / "stripe").mkdir()
    for name in ("charges", "customers"):
        shutil.copy(STUDIO / "stripe" / f"{name}.jsonl", world / "stripe")
    (world / "world.toml").write_text(WORLD)
    with play_world(world) as variables:
        yield {name: value for name, value in variables.items() if not name.startswith(("SOURCES__H", "SOURCES__G"))}


@pytest.fixture
def run(
    sandbox: dict[str, str], warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., ExecuteInProcessResult]:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    for name, value in {**sandbox, "SOURCES__STRIPE__RATE_LIMIT": "10000"}.items():
        monkeypatch.setenv(name, value)

    def stripe_sync(**environment: str) -> ExecuteInProcessResult:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return defs.resolve_job_def("stripe_sync_job").execute_in_process(
            instance=DagsterInstance.ephemeral(), run_config={"loggers": {"console": {}}}
        )

    return stripe_sync


def readable(done: ExecuteInProcessResult) -> list[AssetCheckEvaluation]:
    """How the checks of what a key may read came out."""
    return [check for check in done.get_asset_check_evaluations() if check.check_name == "readable"]


def test_every_table_of_a_vendor_with_permissions_has_the_check_and_no_other() -> None:
    graph = defs.resolve_asset_graph()
    checked = {key.asset_key for key in graph.asset_check_keys if key.name == "readable"}
    assert checked == {AssetKey([c.name, table.name]) for c in CONNECTORS for table in c.tables if table.permission}
    assert {AssetKey(["stripe", table.name]) for table in STRIPE.tables} <= checked


def test_a_key_that_may_read_everything_passes_every_check(run: Callable[..., ExecuteInProcessResult]) -> None:
    done = run()
    checks = done.get_asset_check_evaluations()
    assert len(checks) == 2 * len(STRIPE.tables) + 1  # readable, events_tell_all, secret_lasts
    assert all(check.passed for check in checks)


def test_what_a_key_may_not_read_fails_its_check_and_stops_nothing(
    run: Callable[..., ExecuteInProcessResult], capfd: pytest.CaptureFixture[str]
) -> None:
    done = run(SOURCES__STRIPE__API_KEY=READER)
    assert done.success
    checks = {check.asset_key.path[-1]: check for check in readable(done)}
    assert checks.keys() == {table.name for table in STRIPE.tables}
    assert {name for name, check in checks.items() if check.passed} == {"charges", "refunds", "events", "discounts"}
    refused = checks["invoices"]
    assert refused.severity == AssetCheckSeverity.ERROR
    assert not refused.blocking
    assert refused.metadata["permission to add"].value == "Invoices: Read"
    words = refused.metadata["stripe"].value
    assert words == refused.description
    assert "stripe/invoices" in words
    assert "does not have the required permissions" in words  # Stripe's own words
    assert READER not in words
    assert len(done.get_asset_materialization_events()) == len(STRIPE.tables)
    shown = capfd.readouterr().err
    assert shown.count(words) == 1
    assert "stripe/invoices: stripe/invoices" not in shown


def test_one_account_that_may_not_is_named_beside_one_that_may(run: Callable[..., ExecuteInProcessResult]) -> None:
    done = run(
        CONNECTIONS="stripe,stripe@eu",
        SOURCES__STRIPE__EU__API_KEY=READER,
        SOURCES__STRIPE__EU__RATE_LIMIT="10000",
    )
    customers = next(c for c in readable(done) if c.asset_key.path[-1] == "customers")
    assert not customers.passed
    assert customers.metadata.keys() == {"stripe@eu", "permission to add"}


def test_a_part_of_the_tables_runs_only_its_own_checks(
    run: Callable[..., ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", READER)
    done = materialize(
        RAW_ASSETS,
        selection=AssetSelection.assets("stripe/charges", "stripe/customers"),
        resources={"warehouse": WarehouseResource()},
        instance=DagsterInstance.ephemeral(),
    )
    checks = {check.asset_key.path[-1]: check.passed for check in readable(done)}
    assert checks == {"charges": True, "customers": False}


def test_a_check_started_alone_asks_the_vendor(
    run: Callable[..., ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", READER)
    wanted = [AssetCheckKey(AssetKey(["stripe", table]), "readable") for table in ("charges", "customers")]
    done = materialize(
        RAW_ASSETS,
        selection=AssetSelection.checks(*wanted),
        resources={"warehouse": WarehouseResource()},
        instance=DagsterInstance.ephemeral(),
    )
    assert {c.asset_key.path[-1]: c.passed for c in done.get_asset_check_evaluations()} == {
        "charges": True,
        "customers": False,
    }
    assert done.get_asset_materialization_events() == []


def test_a_vendor_that_is_not_connected_claims_nothing(
    run: Callable[..., ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(SOURCES__STRIPE__API_KEY="")
    assert done.success
    assert done.get_asset_check_evaluations() == []


def test_the_run_tells_how_far_each_table_is_and_what_it_cost(
    run: Callable[..., ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_progress, "OBSERVATION_SECONDS", 0.0)
    done = run()
    seen = [event.asset_observation_data.asset_observation for event in done.get_asset_observation_events()]
    charges = [seen_of for seen_of in seen if seen_of.asset_key == AssetKey(["stripe", "charges"])]
    ends = {event.asset_key: event.materialization.metadata for event in done.get_asset_materialization_events()}
    end = ends[AssetKey(["stripe", "charges"])]
    assert charges
    last = charges[-1].metadata
    assert 0 < last["objects_read"].value <= end["rows_read"].value
    assert last["ranges_done"].value <= last["ranges_known"].value
    assert last["requests_allowed"].value == 5_000.0
    assert "objects read" in (charges[-1].description or "")
    assert end["sync_requests"].value > 20
    assert end["sync_seconds"].value > 0
    assert end["sync_objects_per_second"].value > 0
    assert end["sync_notes"].value == "none"
    assert end["rows_new"].value == end["rows_written"].value == end["dagster/row_count"].value > 0
    assert (end["rows_changed"].value, end["rows_deleted"].value) == (0, 0)
    assert end["bytes_read"].value > 100 * end["rows_read"].value
    assert 0 < end["sync_budget_used_percent"].value < 100
    assert 0 < end["lag_seconds"].value < 3_600
    assert end["newest_object_read"].value < end["as_of"].value
    assert "schema_changes" not in end
    again = run()
    end = again.get_asset_materialization_events()[0].materialization.metadata
    assert end["rows_written"].value == 0


class _Events:
    """Stands in for Dagster's context: keeps what is logged."""

    def __init__(self) -> None:
        self.events: list = []
        self.log = self

    def log_event(self, event: object) -> None:
        self.events.append(event)

    def info(self, *_: object, **__: object) -> None:
        pass


def test_only_tables_that_moved_are_observed_and_only_those_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_progress, "OBSERVATION_SECONDS", 0.0)
    context = _Events()
    tell = SyncProgress(context, Connection("stripe", "eu"), ["charges", "refunds"])  # type: ignore[arg-type]
    history = ({"charges": 3, "events": 5}, {"charges": 3, "events": 9}, {"charges": 3, "refunds": 2})
    for tables in (*history, {"charges": 0}, {"charges": 1}):  # the last two: another scan, counting anew
        tell(Progress("history", 10, 1, 4, 12.34, 50.0, 61.7, tables))
    seen = [(event.asset_key.path[-1], event.metadata["objects_read"].value) for event in context.events]
    assert seen == [("charges", 3), ("refunds", 2), ("charges", 4)]
    assert {name: value.value for name, value in context.events[1].metadata.items()} == {
        "connection": "stripe@eu",
        "doing": "history",
        "objects_read": 2,
        "ranges_done": 1,
        "ranges_known": 4,
        "requests_per_second": 12.3,
        "requests_allowed": 50.0,
        "seconds_left": 62,
    }
