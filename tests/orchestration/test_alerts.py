"""What the alert sensor tells whom: every problem once to every channel, and its end once to those who knew."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, SensorDefinition, build_sensor_context, job, op

from connectors.registry import CONNECTORS, LeadlineError, RetryError, prepare
from connectors.warehouse import resolve
from orchestration import problems, run_tags
from orchestration.automation import accounts, alerts
from orchestration.automation.alerts import Told, alert_sensor, tell
from orchestration.env_following import FollowedFile
from orchestration.notifier import Notice
from orchestration.problems import needs_a_person
from tests.connectors.scripted_server import Answer, Script, scripted

A, B = Notice("a", "A failed", "said", "cure", "http://ui/a"), Notice("b", "B failed", url="http://ui/b")


class Channel:
    """Takes notices, or refuses them."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bool]] = []
        self.is_down = False

    def __call__(self, notices: Sequence[Notice]) -> None:
        if self.is_down:
            raise RetryError("The channel answered 503.")
        self.got += [(notice.key, notice.is_over) for notice in notices]


def again(told: Told) -> Told:
    """As the next tick reads it."""
    return Told.load(told.dump())


def test_a_problem_is_told_once_and_its_end_once() -> None:
    slack, told = Channel(), Told.load(None)
    for now in ([A], [A], [A, B], [B], [B], [], []):
        told, _, failures = tell(again(told), now, {"slack": slack})
        assert not failures
    assert slack.got == [("a", False), ("b", False), ("a", True), ("b", True)]
    assert told.dump() == "{}"


def test_the_same_problem_after_its_end_is_told_anew() -> None:
    slack, told = Channel(), Told.load(None)
    for now in ([A], [], [A]):
        told, _, _ = tell(again(told), now, {"slack": slack})
    assert slack.got == [("a", False), ("a", True), ("a", False)]


def test_a_channel_that_was_down_gets_what_it_missed_and_the_others_nothing_twice() -> None:
    slack, email, told = Channel(), Channel(), Told.load(None)
    email.is_down = True
    told, count, failures = tell(told, [A], {"slack": slack, "email": email})
    assert (count, failures) == (1, ["The channel answered 503."])
    email.is_down = False
    told, count, failures = tell(again(told), [A], {"slack": slack, "email": email})
    assert (count, failures) == (1, [])
    email.is_down = True
    told, _, _ = tell(again(told), [], {"slack": slack, "email": email})
    email.is_down = False
    told, _, _ = tell(again(told), [], {"slack": slack, "email": email})
    assert slack.got == email.got == [("a", False), ("a", True)]


def test_who_never_heard_of_a_problem_is_not_told_of_its_end() -> None:
    slack, email, told = Channel(), Channel(), Told.load(None)
    email.is_down = True
    told, _, _ = tell(told, [A], {"email": email, "slack": slack})
    email.is_down = False
    tell(again(told), [], {"email": email, "slack": slack})
    assert (slack.got, email.got) == ([("a", False), ("a", True)], [])


def test_a_channel_that_is_no_more_keeps_nothing_open() -> None:
    slack, told = Channel(), Told.load(None)
    told, _, _ = tell(told, [A], {"slack": slack})
    told, _, _ = tell(again(told), [A], {})
    assert told.dump() == "{}"


def test_recovery_carries_the_title_and_the_link_of_what_is_over() -> None:
    sent: list[Notice] = []
    told, _, _ = tell(Told.load(None), [A], {"x": lambda _: None})
    tell(again(told), [], {"x": sent.extend})
    assert sent == [Notice("a", "A failed", url="http://ui/a", is_over=True)]
    assert sent[0].headline == "Over: A failed"


@op
def act(context) -> None:
    if context.run.tags.get("fails"):
        raise LeadlineError("stripe: refused with 401: put a key that works into .env.")


@job(name="stripe_sync_job")
def stripe_job() -> None:
    act()


def run(instance: DagsterInstance, fails: bool, **tags: str) -> None:
    stripe_job.execute_in_process(
        instance=instance,
        raise_on_error=False,
        tags={run_tags.CONNECTION: "stripe", **({"fails": "yes"} if fails else {}), **tags},
    )


@pytest.fixture
def db(warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> psycopg.Connection:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    monkeypatch.setenv("CONNECTIONS", "")
    monkeypatch.setenv("DAGSTER_UI_URL", "http://ui")
    for name in ("ALERT_SLACK_URL", "ALERT_EMAIL_TO"):
        monkeypatch.delenv(name, raising=False)
    prepare(CONNECTORS, resolve())
    return psycopg.connect(warehouse_url, autocommit=True)


def test_the_sensor_tells_of_runs_and_checks_with_cure_and_link_and_of_their_end(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance, cursor = DagsterInstance.ephemeral(), None

    def tick(server: Script) -> list[dict]:
        nonlocal cursor
        before = len(server.asked)
        with build_sensor_context(instance=instance, cursor=cursor) as context:
            alert_sensor.evaluate_tick(context)
            cursor = context.cursor
        return [notice for asked in server.asked[before:] for notice in asked.body["notices"]]

    with scripted(Answer({})) as server:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", server.url)
        assert tick(server) == []
        run(instance, True, **{run_tags.FAULT: run_tags.CONFIGURE})
        db.execute("insert into ingest.checks values ('rpt_orders', 'assert_x', false, false, 'It holds. (2 rows)')")
        told = tick(server)
        assert {(notice["key"], notice["state"]) for notice in told} == {
            ("run/stripe_sync_job/stripe", "new"),
            ("check/rpt_orders/assert_x", "new"),
        }
        failed = next(notice for notice in told if notice["key"].startswith("run/"))
        assert "put a key that works" in failed["said"]
        assert "leadline connections" in failed["cure"]
        assert failed["url"].startswith("http://ui/runs/")
        assert tick(server) == []
        run(instance, True, **{run_tags.FAULT: run_tags.CONFIGURE})
        assert tick(server) == []
        run(instance, False)
        db.execute("update ingest.checks set passed = true")
        assert {(notice["key"], notice["state"]) for notice in tick(server)} == {
            ("run/stripe_sync_job/stripe", "over"),
            ("check/rpt_orders/assert_x", "over"),
        }
        assert tick(server) == []


def test_a_run_that_failed_before_it_named_its_account_is_over_when_its_job_ends_well(db: psycopg.Connection) -> None:
    instance = DagsterInstance.ephemeral()

    def keys() -> list[str]:
        return [problem.key for problem in problems.found(db, instance, ["stripe_sync_job"], datetime.now(UTC))]

    lost = instance.create_run_for_job(stripe_job)
    run(instance, False)
    instance.report_run_failed(lost)
    assert keys() == []
    instance.report_run_failed(instance.create_run_for_job(stripe_job))
    assert keys() == ["run/stripe_sync_job/"]
    run(instance, False)
    assert keys() == []


def test_what_was_wrong_with_an_account_is_over_when_it_is_taken_out(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = DagsterInstance.ephemeral()
    monkeypatch.setenv("CONNECTIONS", "stripe,kit")
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", "sk_live_1")
    monkeypatch.setenv("SOURCES__KIT__API_KEY", "k")
    run(instance, True, **{run_tags.CAUSE: run_tags.INCREMENTAL, run_tags.FAULT: run_tags.CONFIGURE})
    for name in ("stripe", "kit", ""):
        db.execute("insert into ingest.checks values ('a', 'b', false, false, 'It holds.', now(), %s)", [name])

    def keys() -> set[str]:
        return {problem.key for problem in problems.found(db, instance, ["stripe_sync_job"], datetime.now(UTC))}

    assert keys() == {"run/stripe_sync_job/stripe", "check/a (stripe)/b", "check/a (kit)/b", "check/a/b"}
    monkeypatch.setenv("CONNECTIONS", "kit")
    assert keys() == {"check/a (kit)/b", "check/a/b"}


def test_a_tick_fails_when_nothing_got_through_and_tells_it_again(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.execute("insert into ingest.checks values ('rpt_orders', 'assert_x', false, true, 'Unusual.')")
    with scripted(Answer("down", 503), Answer({})) as server:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", server.url)
        with build_sensor_context(instance=DagsterInstance.ephemeral()) as context:
            with pytest.raises(Exception, match="The webhook answered 503"):
                alert_sensor.evaluate_tick(context)
            assert context.cursor is None
            alert_sensor.evaluate_tick(context)
        assert [len(asked.body["notices"]) for asked in server.asked] == [1, 1]


def test_an_account_that_its_settings_keep_from_being_synced_is_told_until_they_are_right(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTIONS", "meta_ads,striep")
    monkeypatch.setenv("SOURCES__META_ADS__ACCESS_TOKEN", "token")
    monkeypatch.delenv("SOURCES__META_ADS__ACCOUNT_ID", raising=False)
    with (
        scripted(Answer({})) as server,
        build_sensor_context(instance=DagsterInstance.ephemeral()) as context,
    ):
        monkeypatch.setenv("ALERT_WEBHOOK_URL", server.url)
        alert_sensor.evaluate_tick(context)
        told = {notice["key"]: notice["said"] for notice in server.asked[0].body["notices"]}
        assert told.keys() == {"settings/meta_ads", "settings/striep"}
        assert "SOURCES__META_ADS__ACCOUNT_ID is not set" in told["settings/meta_ads"]
        assert "'striep' is no connection" in told["settings/striep"]
        monkeypatch.setenv("CONNECTIONS", "meta_ads")
        monkeypatch.setenv("SOURCES__META_ADS__ACCOUNT_ID", "1")
        alert_sensor.evaluate_tick(context)
        assert {(notice["key"], notice["state"]) for notice in server.asked[1].body["notices"]} == {
            ("settings/meta_ads", "over"),
            ("settings/striep", "over"),
        }


def test_a_file_that_cannot_be_read_any_more_is_told_and_keeps_nothing_else_from_being_told(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    monkeypatch.setattr(accounts, "_FOLLOWED", FollowedFile(file))
    file.write_bytes(b"KEY=\xe9\n")
    db.execute("insert into ingest.checks values ('rpt_orders', 'assert_x', false, true, 'Unusual.')")
    with scripted(Answer({})) as server, build_sensor_context(instance=DagsterInstance.ephemeral()) as context:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", server.url)
        alert_sensor.evaluate_tick(context)
        [settings, check] = server.asked[0].body["notices"]
    assert (settings["key"], check["key"]) == ("settings/.env", "check/rpt_orders/assert_x")
    assert "is not UTF-8" in settings["said"]


def test_without_a_channel_the_sensor_says_what_to_set(db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERT_WEBHOOK_URL", raising=False)
    with build_sensor_context(instance=DagsterInstance.ephemeral()) as context:
        assert "ALERT_WEBHOOK_URL" in (alert_sensor.evaluate_tick(context).skip_message or "")


def test_a_stale_account_is_a_problem_until_it_is_synced(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTIONS", "kit")
    monkeypatch.setenv("SOURCES__KIT__API_KEY", "k")
    db.execute("delete from ingest.tenant")
    db.execute("insert into ingest.tenant (tenant) values ('accounts')")
    db.execute("insert into ingest.connections (connection, connector, is_test, synced_at)"
               " values ('kit', 'kit', false, '2026-03-01 10:00+00')")  # fmt: skip

    def found(hour: int) -> list[str]:
        now = datetime(2026, 3, 1, hour, tzinfo=UTC)
        return [problem.key for problem in problems.found(db, None, [], now)]

    assert found(17) == []
    assert found(19) == ["stale/kit"]
    db.execute("update ingest.connections set synced_at = '2026-03-01 18:30+00'")
    assert found(19) == []


OK, BAD = DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE


@pytest.mark.parametrize(
    ("statuses", "tags", "expected"),
    [
        ([], {}, False),
        ([OK, BAD, BAD, BAD], {}, False),
        ([BAD], {}, True),  # started by a person: nothing tries it again
        ([BAD], {run_tags.CAUSE: run_tags.INCREMENTAL}, False),  # killed: tried again by itself
        ([BAD, BAD, OK, BAD], {run_tags.CAUSE: run_tags.RETRY, run_tags.FAULT: run_tags.TRY_AGAIN}, False),
        ([BAD, BAD, BAD], {run_tags.CAUSE: run_tags.RETRY, run_tags.FAULT: run_tags.TRY_AGAIN}, True),
        ([BAD], {run_tags.CAUSE: run_tags.INCREMENTAL, run_tags.FAULT: run_tags.CONFIGURE}, True),
        ([BAD], {run_tags.CAUSE: run_tags.HISTORY, run_tags.FAULT: run_tags.LOOK}, True),
    ],
)
def test_what_mends_itself_needs_nobody_at_first(
    statuses: list[DagsterRunStatus], tags: dict[str, str], expected: bool
) -> None:
    runs = [stripe_run(status, tags) for status in statuses]
    assert needs_a_person(runs) is expected


def test_what_a_person_was_told_of_is_not_over_when_the_next_attempt_fails_otherwise() -> None:
    refused = stripe_run(BAD, {run_tags.CAUSE: run_tags.INCREMENTAL, run_tags.FAULT: run_tags.CONFIGURE})
    killed = stripe_run(BAD, {run_tags.CAUSE: run_tags.RETRY})
    assert needs_a_person([killed, refused])
    assert not needs_a_person([killed, stripe_run(OK, {}), refused])


def stripe_run(status: DagsterRunStatus, tags: dict[str, str]) -> DagsterRun:
    return DagsterRun(job_name="stripe_sync_job", status=status, tags=tags)


def test_the_sensor_is_on_by_itself_and_says_what_it_does() -> None:
    [sensor] = alerts.ALERT_SENSORS
    assert isinstance(sensor, SensorDefinition)
    assert sensor.default_status.value == "RUNNING"
    assert sensor.description and sensor.minimum_interval_seconds == 30
