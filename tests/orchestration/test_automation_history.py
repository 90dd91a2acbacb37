"""The history sensor through every state that an account can be in, against an instance and a real ledger."""

from collections.abc import Iterator

import psycopg
import pytest
from dagster import DagsterInstance, DagsterRunStatus

from connectors.registry import connection, fingerprint
from connectors.sync.landing import session_name
from connectors.sync.lock import alone
from orchestration import run_tags
from orchestration.automation import accounts, history
from tests.orchestration.automation_runs import Automation, Ledger, connecting_variables, ledger_at

FAILURE, STARTED, SUCCESS = DagsterRunStatus.FAILURE, DagsterRunStatus.STARTED, DagsterRunStatus.SUCCESS
MINUTE = 60


@pytest.fixture
def automation() -> Iterator[Automation]:
    with DagsterInstance.ephemeral() as instance:
        yield Automation(instance)


@pytest.fixture
def ledger(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Stripe is connected, and nothing else; nothing was synced."""
    for name in connecting_variables():
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", "sk_live_key")
    with ledger_at(warehouse_url) as rows:
        yield rows


def after(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sensor looks so much later."""
    real = accounts.now()
    monkeypatch.setattr(accounts, "now", lambda: real + seconds)


def test_a_new_account_is_begun_without_asking(automation: Automation, ledger: Ledger) -> None:
    told = automation.tick(history.historical_sensor)
    [request] = told.requests
    assert request.job_name == "stripe_sync_job"
    assert request.run_config["ops"] == {"stripe_sync": {"config": {"connection": "stripe"}}}
    assert request.tags[run_tags.CONNECTION] == "stripe"
    assert request.tags[run_tags.CAUSE] == "history"
    assert request.tags[run_tags.WINDOW]


def test_every_account_gets_a_run_of_its_own(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTIONS", "stripe,stripe@eu,kit")
    monkeypatch.setenv("SOURCES__STRIPE__EU__API_KEY", "sk_live_eu")
    monkeypatch.setenv("SOURCES__KIT__API_KEY", "key")
    ledger.synced("stripe")
    assert automation.tick(history.historical_sensor).started == {"stripe@eu": "history", "kit": "history"}


@pytest.mark.parametrize("status", [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, STARTED])
def test_nothing_is_begun_while_a_run_of_it_is_in_flight(
    automation: Automation, ledger: Ledger, status: DagsterRunStatus
) -> None:
    run = automation.sync("stripe", status)
    told = automation.tick(history.historical_sensor)
    assert not told.requests
    assert run.run_id[:8] in told.skipped


def test_nothing_is_begun_while_a_sync_without_dagster_holds_the_vendor(
    automation: Automation, ledger: Ledger, warehouse_url: str
) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as db, alone(db, session_name("stripe")):
        told = automation.tick(history.historical_sensor)
        assert not told.requests
        assert "another sync of stripe is under way" in told.skipped
    assert automation.tick(history.historical_sensor).started == {"stripe": "history"}


def test_a_failure_that_may_pass_is_gone_on_with_but_not_at_once(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.synced("stripe", None)
    automation.sync("stripe", FAILURE, fault=run_tags.TRY_AGAIN)
    told = automation.tick(history.historical_sensor)
    assert not told.requests
    assert "tried again at" in told.skipped
    after(MINUTE + 5, monkeypatch)
    assert automation.tick(history.historical_sensor).started == {"stripe": "retry"}


def test_each_retry_has_a_run_key_of_its_own_and_two_ticks_before_it_one(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    for later in (0, 2 * MINUTE, 8 * MINUTE):
        after(later, monkeypatch)
        keys += [{automation.tick(history.historical_sensor).requests[0].run_key for _ in range(2)}]
        automation.sync("stripe", FAILURE, fault=run_tags.TRY_AGAIN)
    assert [len(of_one) for of_one in keys] == [1, 1, 1]
    assert len(set.union(*keys)) == 3


def test_a_killed_run_is_gone_on_with(automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    automation.sync("stripe", FAILURE)
    assert "was killed" in automation.tick(history.historical_sensor).skipped
    after(MINUTE + 5, monkeypatch)
    assert automation.tick(history.historical_sensor).started == {"stripe": "retry"}


def test_a_refused_key_waits_for_another_one(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fingerprint(connection("stripe"))
    automation.sync("stripe", FAILURE, fault=run_tags.CONFIGURE, settings=settings)
    after(30 * MINUTE, monkeypatch)
    assert not automation.tick(history.historical_sensor).requests
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", "sk_live_other")
    assert automation.tick(history.historical_sensor).started == {"stripe": "retry"}
    assert "sk_live" not in settings + fingerprint(connection("stripe"))


def test_a_day_that_was_none_waits_for_another_one(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__SECRET_EXPIRES_ON", "31.12.2026")
    settings = fingerprint(connection("stripe"))
    automation.sync("stripe", FAILURE, fault=run_tags.CONFIGURE, settings=settings)
    assert "says what to set right first" in automation.tick(history.historical_sensor).skipped
    monkeypatch.setenv("SOURCES__STRIPE__SECRET_EXPIRES_ON", "2026-12-31")
    assert automation.tick(history.historical_sensor).started == {"stripe": "retry"}


def test_what_no_attempt_changes_is_left_alone_for_a_day(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    automation.sync("stripe", FAILURE, fault=run_tags.LOOK, settings=fingerprint(connection("stripe")))
    after(23 * 60 * MINUTE, monkeypatch)
    assert "look at it" in automation.tick(history.historical_sensor).skipped
    after(2 * 60 * MINUTE, monkeypatch)
    assert automation.tick(history.historical_sensor).started == {"stripe": "retry"}


def test_a_history_that_somebody_stopped_is_paused_until_somebody_goes_on(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    automation.sync("stripe", DagsterRunStatus.CANCELED)
    after(99 * 60 * MINUTE, monkeypatch)
    assert "start it by hand" in automation.tick(history.historical_sensor).skipped
    automation.sync("stripe", FAILURE, fault=run_tags.TRY_AGAIN)
    assert automation.tick(history.historical_sensor).started == {"stripe": "retry"}


def test_a_whole_history_is_left_to_the_syncs_of_what_is_new(automation: Automation, ledger: Ledger) -> None:
    ledger.synced("stripe")
    told = automation.tick(history.historical_sensor)
    assert not told.requests
    assert told.skipped == "The histories of stripe are whole."


def test_tables_still_to_be_read_keep_it_going_but_not_those_the_key_may_not_read(
    automation: Automation, ledger: Ledger
) -> None:
    ledger.synced("stripe")
    ledger.reading("stripe", "disputes", is_denied=True)
    assert not automation.tick(history.historical_sensor).requests
    ledger.reading("stripe", "charges")
    assert automation.tick(history.historical_sensor).started == {"stripe": "history"}


def test_a_history_asked_for_again_is_begun_although_the_last_run_ended_well(
    automation: Automation, ledger: Ledger
) -> None:
    automation.sync("stripe", SUCCESS)
    ledger.synced("stripe", restarted_at="2999-01-01")
    assert automation.tick(history.historical_sensor).started == {"stripe": "history"}


def test_what_another_tenant_left_in_the_warehouse_is_no_history_of_this_one(
    automation: Automation, ledger: Ledger
) -> None:
    ledger.synced("stripe")
    ledger.db.execute("update ingest.tenant set tenant = 'demo:another'")
    assert automation.tick(history.historical_sensor).started == {"stripe": "history"}


def test_an_account_that_was_removed_is_not_synced_whatever_is_held_of_it(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.synced("stripe", None)
    monkeypatch.delenv("SOURCES__STRIPE__API_KEY")
    told = automation.tick(history.historical_sensor)
    assert not told.requests
    assert "Nothing is connected" in told.skipped


def test_a_half_set_account_is_named_and_holds_up_no_other(
    automation: Automation, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__META_ADS__ACCESS_TOKEN", "token")
    assert automation.tick(history.historical_sensor).started == {"stripe": "history"}
    ledger.synced("stripe")
    told = automation.tick(history.historical_sensor)
    assert "SOURCES__META_ADS__ACCOUNT_ID is not set" in told.skipped


def test_a_warehouse_that_does_not_answer_is_said_so(automation: Automation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", "sk_live_key")
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert "The warehouse does not answer" in automation.tick(history.historical_sensor).skipped
