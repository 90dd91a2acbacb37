"""Runs whose process is gone are ended; those that live, or live elsewhere, are left alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest
from dagster import DagsterInstance, DagsterRunStatus

from orchestration import run_process
from orchestration.automation.lost_runs import lost_runs_sensor
from tests.orchestration.automation_runs import Automation

STARTED, FAILURE = DagsterRunStatus.STARTED, DagsterRunStatus.FAILURE


@pytest.fixture
def automation() -> Iterator[Automation]:
    with DagsterInstance.ephemeral() as instance:
        yield Automation(instance)


def ours(pid: int) -> str:
    """The tag of a run in this process of this machine."""
    host = next(iter(run_process.this_process().values())).partition(":")[0]
    return f"{host}:{pid}:{int(psutil.Process(pid).create_time())}"


def status(automation: Automation, run_id: str) -> DagsterRunStatus:
    run = automation.instance.get_run_by_id(run_id)
    assert run
    return run.status


def test_a_run_whose_process_was_killed_is_marked_as_failed_and_named(automation: Automation) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        run = automation.sync("stripe", STARTED, process=ours(process.pid))
        assert automation.tick(lost_runs_sensor).skipped == "Every run has its process."
        process.kill()
        process.wait()
    assert run.run_id in automation.tick(lost_runs_sensor).skipped
    assert status(automation, run.run_id) is FAILURE


def test_a_run_that_was_killed_while_it_was_cancelled_is_cancelled(automation: Automation) -> None:
    host, pid, began = ours(os.getpid()).split(":")
    run = automation.sync("stripe", DagsterRunStatus.CANCELING, process=f"{host}:{pid}:{int(began) - 5}")
    assert run.run_id in automation.tick(lost_runs_sensor).skipped
    assert status(automation, run.run_id) is DagsterRunStatus.CANCELED


def test_another_process_under_the_same_number_is_not_taken_for_it(automation: Automation) -> None:
    host, pid, began = ours(os.getpid()).split(":")
    run = automation.sync("stripe", STARTED, process=f"{host}:{pid}:{int(began) - 5}")
    automation.tick(lost_runs_sensor)
    assert status(automation, run.run_id) is FAILURE


def test_a_run_on_another_machine_and_one_that_has_just_begun_are_left_alone(
    automation: Automation, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = automation.sync("stripe", STARTED, process="another-machine:1:1")
    nameless = automation.sync("kit", STARTED)
    automation.instance.run_storage.add_run_tags(nameless.run_id, {})
    automation.tick(lost_runs_sensor)
    assert status(automation, elsewhere.run_id) is STARTED
    assert status(automation, nameless.run_id) is STARTED


@pytest.mark.parametrize(("age", "expected"), [(60, STARTED), (1_000, FAILURE)])
def test_a_run_that_never_named_its_process_is_given_up_after_a_while(
    automation: Automation, age: float, expected: DagsterRunStatus
) -> None:
    from dagster import DagsterEvent, DagsterEventType

    run = automation.sync("stripe", DagsterRunStatus.NOT_STARTED)
    event = DagsterEvent(DagsterEventType.RUN_START.value, run.job_name)
    automation.instance.report_dagster_event(event, run.run_id, timestamp=time.time() - age)
    automation.tick(lost_runs_sensor)
    assert status(automation, run.run_id) is expected


@pytest.mark.parametrize(("age", "expected"), [(60, DagsterRunStatus.NOT_STARTED), (200, FAILURE)])
def test_a_run_that_never_came_into_the_queue_is_given_up(
    automation: Automation, monkeypatch: pytest.MonkeyPatch, age: float, expected: DagsterRunStatus
) -> None:
    run = automation.sync("stripe", DagsterRunStatus.NOT_STARTED)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + age)
    skipped = automation.tick(lost_runs_sensor).skipped
    assert (run.run_id in skipped) is (expected is FAILURE)
    assert status(automation, run.run_id) is expected
