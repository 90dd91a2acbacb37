"""Reports follow syncs by one sensor: once for a burst, never when nothing changed, patiently after a failure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dagster import DagsterInstance, DagsterRunStatus

from connectors.sync.lock import alone
from orchestration import build_stamp, run_tags
from orchestration.automation import reports
from orchestration.automation.reports import report_sensor
from orchestration.environment import holding
from orchestration.resources import BUILD
from orchestration.settings import AccountSettings
from tests.orchestration.automation_runs import Automation, Ledger, ledger_at

FAILURE, STARTED, SUCCESS = DagsterRunStatus.FAILURE, DagsterRunStatus.STARTED, DagsterRunStatus.SUCCESS


@pytest.fixture
def automation() -> Iterator[Automation]:
    with DagsterInstance.ephemeral() as instance:
        yield Automation(instance)


@pytest.fixture
def ledger(warehouse_url: str) -> Iterator[Ledger]:
    """Stripe wrote rows an hour ago that no build has read; its account was connected then."""
    with ledger_at(warehouse_url) as rows:
        rows.synced("stripe", changed_at=ago(60), connected_at=ago(60))
        yield rows


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def build(automation: Automation, status: DagsterRunStatus, **tags: str) -> None:
    automation.run("report_job", status, build=run_tags.REPORTS, **tags)


def test_a_warehouse_without_anything_in_it_has_nothing_to_build(automation: Automation, warehouse_url: str) -> None:
    assert automation.tick(report_sensor).skipped == "The reports show all that was synced."


def test_rows_that_no_build_has_read_make_one_build_that_leaves_out_what_nothing_changed(
    automation: Automation, ledger: Ledger
) -> None:
    [request] = automation.tick(report_sensor).requests
    assert request.run_config["ops"] == {"report_build": {"config": {"force": False}}}
    assert request.tags[run_tags.CAUSE] == "changes"
    assert automation.tick(report_sensor).requests[0].run_key == request.run_key


def test_whoever_built_them_reports_that_show_everything_are_not_built_again(
    automation: Automation, ledger: Ledger
) -> None:
    ledger.built(ago(1))
    assert automation.tick(report_sensor).skipped == "The reports show all that was synced."
    ledger.synced("hubspot", changed_at=ago(0))
    assert automation.tick(report_sensor).requests


def test_a_changed_setting_makes_a_build_though_nothing_was_synced(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_stamp.keep(ledger.db, "stamp", datetime.now(UTC))
    assert automation.tick(report_sensor).skipped == "The reports show all that was synced."
    monkeypatch.setenv("REPORT_TIMEZONE", "Asia/Tokyo")
    [request] = automation.tick(report_sensor).requests
    assert "other settings" in request.tags[run_tags.WINDOW]
    build(automation, FAILURE, fault=run_tags.CONFIGURE, settings=build_stamp.settings_in_force())
    assert "says what to set right" in automation.tick(report_sensor).skipped
    build_stamp.keep(ledger.db, "stamp", datetime.now(UTC))
    assert automation.tick(report_sensor).skipped == "The reports show all that was synced."


def test_a_build_which_writes_all_defaults_out_is_not_of_other_settings(automation: Automation, ledger: Ledger) -> None:
    with holding(AccountSettings.from_environment().dbt_environment()):
        build_stamp.keep(ledger.db, "stamp", datetime.now(UTC))
    assert automation.tick(report_sensor).skipped == "The reports show all that was synced."


def test_a_sync_that_wrote_nothing_makes_no_build(automation: Automation, ledger: Ledger) -> None:
    ledger.db.execute("update ingest.connections set changed_at = null")
    assert not automation.tick(report_sensor).requests


def test_nothing_is_built_of_what_another_tenant_left(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_stamp.keep(ledger.db, "stamp", datetime.now(UTC))
    monkeypatch.setenv("REPORT_TIMEZONE", "Asia/Tokyo")
    ledger.db.execute("update ingest.tenant set tenant = 'demo:another'")
    assert not automation.tick(report_sensor).requests


def test_a_burst_of_syncs_makes_one_build_when_the_last_of_them_has_ended(
    automation: Automation, ledger: Ledger
) -> None:
    ledger.built(ago(5))
    ledger.synced("stripe", changed_at=ago(1))
    runs = [automation.sync(name, STARTED) for name in ("hubspot", "kit")]
    for run in runs:
        assert run.run_id[:8] in automation.tick(report_sensor).skipped
        automation.instance.report_run_failed(run)
    assert len(automation.tick(report_sensor).requests) == 1


def test_syncs_without_end_hold_up_reports_for_a_quarter_of_an_hour_only(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.built(ago(5))
    ledger.synced("stripe", changed_at=ago(1))
    automation.sync("hubspot", STARTED)
    assert not automation.tick(report_sensor).requests
    ledger.built(ago(16))
    assert automation.tick(report_sensor).requests


def test_nothing_is_built_beside_a_build_whoever_started_it(
    automation: Automation, ledger: Ledger, warehouse_url: str
) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as other, alone(other, BUILD):
        assert automation.tick(report_sensor).skipped == "A build is under way."
    automation.run("sync_and_report_job", STARTED, build=run_tags.REPORTS)
    assert "is under way" in automation.tick(report_sensor).skipped


def test_a_build_that_failed_on_its_rows_waits_for_other_rows_and_one_that_may_pass_for_a_minute(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = build_stamp.settings_in_force()
    build(automation, FAILURE, fault=run_tags.LOOK, settings=settings)
    later(120, monkeypatch)
    assert "look at it" in automation.tick(report_sensor).skipped
    ledger.synced("hubspot", changed_at=ago(-1))
    assert automation.tick(report_sensor).requests[0].tags[run_tags.CAUSE] == "retry"


def test_another_project_is_a_reason_to_try_a_failed_build_again(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(automation, FAILURE, fault=run_tags.LOOK, settings="the one before")
    later(120, monkeypatch)
    assert automation.tick(report_sensor).requests


def later(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sensor looks so much later."""
    real = reports.now()
    monkeypatch.setattr(reports, "now", lambda: real + seconds)
