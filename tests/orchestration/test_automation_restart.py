"""Reading history again from the launchpad: a dry run unless told otherwise, and the historical sensor goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
from dagster import DagsterInstance, ExecuteInProcessResult

from orchestration import run_tags
from orchestration.automation.history import historical_sensor
from orchestration.definitions import defs
from tests.orchestration.automation_runs import Automation, Ledger, connecting_variables, ledger_at


@pytest.fixture
def ledger(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Meta Ads is connected; January was read."""
    for name in connecting_variables():
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOURCES__META_ADS__ACCESS_TOKEN", "token")
    monkeypatch.setenv("SOURCES__META_ADS__ACCOUNT_ID", "1")
    with ledger_at(warehouse_url) as rows:
        rows.synced("meta_ads")
        rows.db.execute(
            "insert into ingest.days select 'meta_ads', 'ad_days', day, now()"
            " from generate_series(date '2026-01-01', date '2026-01-31', interval '1 day') as day"
        )
        yield rows


def restart(instance: DagsterInstance, **config: Any) -> ExecuteInProcessResult:
    return defs.resolve_job_def("restart_history_job").execute_in_process(
        instance=instance,
        run_config={"ops": {"restart_history": {"config": config}}, "loggers": {"console": {}}},
        raise_on_error=False,
    )


def days(ledger: Ledger) -> int:
    return len(ledger.db.execute("select from ingest.days").fetchall())


def test_a_dry_run_only_says_what_would_be_read_and_a_wet_one_has_it_read(
    ledger: Ledger, capfd: pytest.CaptureFixture[str]
) -> None:
    with DagsterInstance.ephemeral() as instance:
        automation = Automation(instance)
        asked = {"connection": "meta_ads", "from_day": "2026-01-10", "until_day": "2026-01-12"}
        assert restart(instance, **asked).success
        said = capfd.readouterr().err
        assert "meta_ads/ad_days, campaign_days: 3 days from 2026-01-10 to 2026-01-12 are read again" in said
        assert "this was a dry run" in said
        assert days(ledger) == 31
        assert automation.tick(historical_sensor).skipped == "The histories of meta_ads are whole."

        assert restart(instance, **asked, dry_run=False).success
        assert days(ledger) == 28
        assert automation.tick(historical_sensor).started == {"meta_ads": "history"}


def test_of_an_account_that_is_paused_no_sync_is_promised(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONNECTIONS", "stripe")
    with DagsterInstance.ephemeral() as instance:
        assert restart(instance, connection="meta_ads", dry_run=False).success
    said = capfd.readouterr().err
    assert "meta_ads is not connected now: it is read once it is." in said
    assert "historical_sensor starts it" not in said


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"connection": "meta_ads", "from_day": "10 January"}, "a day is written 2026-01-31"),
        ({"connection": "meta_ads", "from_day": "2026-01-02", "until_day": "2026-01-01"}, "does not come before"),
        ({"connection": "meta_ads", "tables": ["clicks"]}, "has no table 'clicks'"),
        ({"connection": "metaads"}, "is no connection"),
        ({"connection": "google_ads"}, "was never synced"),
    ],
)
def test_what_cannot_be_read_again_fails_with_what_to_write_instead(
    ledger: Ledger, config: dict[str, Any], said: str
) -> None:
    with DagsterInstance.ephemeral() as instance:
        failed = restart(instance, **config)
        [reason] = [event.step_failure_data.user_failure_data for event in failed.get_step_failure_events()]
        assert said in (reason.description or "")
        run = instance.get_run_by_id(failed.run_id)
        assert run
        assert run.tags[run_tags.FAULT] == run_tags.CONFIGURE
    assert days(ledger) == 31
