"""What is new: one request a minute that starts a run only when there is something, and schedules for the rest."""

import dataclasses
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dagster import DagsterRunStatus, instance_for_test

from connectors.registry import CONNECTORS
from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sandbox.stripe_settings import StripeSettings
from orchestration import run_tags
from orchestration.automation import accounts, incremental
from orchestration.automation.incremental import NEWS_SENSORS, SCHEDULES, cron
from orchestration.definitions import defs
from tests.orchestration.automation_runs import Automation, Ledger, connecting_variables, ledger_at

[STRIPE] = NEWS_SENSORS
NAMED = {schedule.name: schedule for schedule in SCHEDULES}
EVENTLESS = "rk_live_without_events"


@pytest.fixture
def automation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Automation]:
    """Nothing is connected yet."""
    for name in connecting_variables():
        monkeypatch.delenv(name)
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    with instance_for_test() as instance:  # a schedule opens its instance anew, which an ephemeral one cannot be
        yield Automation(instance)


@pytest.fixture
def playing(automation: Automation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playing]:
    world = sales_world(times.uniform(20, days=3))
    settings = StripeSettings(restricted={EVENTLESS: ["charges"]})
    with serving(dataclasses.replace(world, settings=Settings(settings))) as played:
        for name, value in {**played.env, "SOURCES__STRIPE__RATE_LIMIT": "100000"}.items():
            monkeypatch.setenv(name, value)
        yield played


def carry_out(automation: Automation, *, succeeds: bool = True) -> None:
    """Run what the sensor asks for, with its config and tags, as the daemon would."""
    [request] = automation.tick(STRIPE).requests
    job = defs.resolve_job_def("stripe_sync_job")
    ended = job.execute_in_process(
        instance=automation.instance,
        run_config=request.run_config,
        tags={**job.run_tags, **request.tags},
        raise_on_error=False,
    )
    assert ended.success is succeeds


def test_stripe_is_synced_when_it_has_news_and_asked_once_when_it_has_none(
    automation: Automation, playing: Playing, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "its history comes first" in automation.tick(STRIPE).skipped
    sync = defs.resolve_job_def("stripe_sync_job")
    assert sync.execute_in_process(instance=automation.instance, run_config={"loggers": {"console": {}}}).success

    playing.stripe.counters.reset()
    assert "no event since" in automation.tick(STRIPE).skipped
    assert dict(playing.stripe.counters.by_operation) == {"/v1/events": 1}

    charge = next(iter(playing.stripe.state("charges")))
    playing.stripe.update("charges", charge, description="sold")
    playing.stripe.clock.advance(60)
    told = automation.tick(STRIPE)
    assert told.started == {"stripe": "incremental"}
    assert told.requests[0].tags[run_tags.WINDOW] == "1 new events"
    carry_out(automation)
    assert "no event since" in automation.tick(STRIPE).skipped
    [run] = automation.instance.get_runs(limit=1)
    assert run.tags[run_tags.CONNECTION] == "stripe"
    assert run.tags[run_tags.CAUSE] == "incremental"
    assert run.tags[run_tags.PROCESS]

    playing.stripe.update("charges", charge, description="moved")
    playing.stripe.clock.advance(60)
    key = playing.env["SOURCES__STRIPE__API_KEY"]
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", "sk_live_revoked_since")
    carry_out(automation, succeeds=False)  # so that people are told
    [refused] = automation.instance.get_runs(limit=1)
    assert refused.tags[run_tags.FAULT] == run_tags.CONFIGURE
    assert automation.tick(STRIPE).started == {}
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", key)
    carry_out(automation)

    playing.stripe.update("charges", charge, description="moved on")
    playing.stripe.clock.advance(60)
    answering = threading.Event()
    monkeypatch.setattr(incremental, "SECONDS_FOR_NEWS", 0.2)
    with playing.stripe.watching(lambda _: answering.wait(20)):
        assert "no answer within 0.2 s" in automation.tick(STRIPE).skipped
        answering.set()

    carry_out(automation)
    with ledger_at(warehouse_url) as ledger:
        ledger.cut_short("stripe", "events")
        assert automation.tick(STRIPE).requests[0].tags[run_tags.WINDOW] == "the last sync was cut short"
    carry_out(automation)
    assert "no event since" in automation.tick(STRIPE).skipped

    playing.stripe.counters.reset()
    automation.sync("stripe", DagsterRunStatus.FAILURE, fault=run_tags.TRY_AGAIN)
    assert "tried again at" in automation.tick(STRIPE).skipped
    real = accounts.now()
    monkeypatch.setattr(accounts, "now", lambda: real + 65)
    assert automation.tick(STRIPE).started == {"stripe": "retry"}, "what it left undone, no event tells of"
    assert playing.stripe.counters.requests == 0


def test_a_key_that_may_not_read_events_is_left_to_the_night(
    automation: Automation, playing: Playing, warehouse_url: str
) -> None:
    with ledger_at(warehouse_url) as ledger:
        ledger.synced("stripe")
        ledger.reading("stripe", "events", is_denied=True)
        assert "only the nightly sync" in automation.tick(STRIPE).skipped
        assert automation.tick(NAMED["stripe_sweep_schedule"]).started == {"stripe": "sweep"}
    assert playing.stripe.counters.requests == 0


@pytest.fixture
def ledger(automation: Automation, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """HubSpot is connected and was synced."""
    monkeypatch.setenv("SOURCES__HUBSPOT__ACCESS_TOKEN", "pat")
    with ledger_at(warehouse_url) as rows:
        rows.synced("hubspot")
        yield rows


HUBSPOT = NAMED["hubspot_incremental_schedule"]


def test_an_account_is_synced_by_the_clock_and_one_that_is_not_connected_is_not(
    automation: Automation, ledger: Ledger
) -> None:
    told = automation.tick(HUBSPOT)
    assert told.started == {"hubspot": "incremental"}
    assert told.requests[0].tags[run_tags.WINDOW] == "since 2026-01-01 00:00 UTC"
    assert automation.tick(NAMED["kit_incremental_schedule"]).skipped == "Kit is not connected."
    assert automation.tick(STRIPE).skipped == "Stripe is not connected."


def test_by_the_clock_nothing_starts_beside_history_or_a_run_or_too_soon_after_a_failure(
    automation: Automation, ledger: Ledger
) -> None:
    ledger.synced("hubspot", None)
    assert "its history comes first" in automation.tick(HUBSPOT).skipped
    ledger.synced("hubspot")
    run = automation.sync("hubspot", DagsterRunStatus.STARTED)
    assert run.run_id[:8] in automation.tick(HUBSPOT).skipped
    automation.instance.report_run_failed(run)
    assert "tried again at" in automation.tick(HUBSPOT).skipped
    automation.sync("hubspot", DagsterRunStatus.CANCELED)
    assert automation.tick(HUBSPOT).started == {"hubspot": "incremental"}


@pytest.mark.parametrize(
    ("cadence", "line"),
    [
        (timedelta(minutes=1), "0-59/1 * * * *"),
        (timedelta(minutes=15), "7-59/15 * * * *"),
        (timedelta(hours=1), "7 * * * *"),
        (timedelta(hours=6), "7 */6 * * *"),
        (timedelta(days=1), "7 0 * * *"),
    ],
)
def test_a_cadence_is_a_cron_line(cadence: timedelta, line: str) -> None:
    assert cron(cadence, 7) == line


def test_a_cadence_that_no_cron_line_gives_is_refused_where_it_is_declared() -> None:
    for odd in (timedelta(seconds=90), timedelta(minutes=7), timedelta(minutes=90), timedelta(hours=5)):
        with pytest.raises(ValueError, match="is synced every"):
            dataclasses.replace(CONNECTORS[0], cadence=odd)


def test_nights_are_those_of_the_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORT_TIMEZONE", "America/New_York")
    assert incremental.zone() == "America/New_York"
    for no_zone in ("Mars/Olympus", "Europe", "", "../UTC"):  # Europe is a folder of zones
        monkeypatch.setenv("REPORT_TIMEZONE", no_zone)
        assert incremental.zone() == "UTC"
