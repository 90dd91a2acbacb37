"""What a failure says to automation: its kind as a tag, another attempt within the run only for what may pass."""

import psycopg
import pytest
from dagster import DagsterInstance, DagsterRun, OpExecutionContext, job, op

from connectors.registry import ConfigError, RetryError, StopError
from orchestration import run_tags
from orchestration.assets import faults

attempts: list[int] = []
"""The number of each attempt of the step."""
raised: list[Exception | None] = []
"""What each attempt raises; the last one's is every later one's."""


@op
def fails(context: OpExecutionContext) -> None:
    with faults.told(context):
        attempts.append(context.retry_number)
        if error := raised[min(len(attempts), len(raised)) - 1]:
            raise error


@job
def failing() -> None:
    fails()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "FIRST_WAIT_SECONDS", 0.0)


def run(*errors: Exception | None, cause: str | None = None) -> DagsterRun:
    """The run after it has ended."""
    attempts.clear()
    raised[:] = errors
    with DagsterInstance.ephemeral() as instance:
        tags = {run_tags.CAUSE: cause} if cause else {}
        done = failing.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
        found = instance.get_run_by_id(done.run_id)
        assert found
        return found


@pytest.mark.parametrize(
    ("error", "kind", "tries"),
    [
        (RetryError("later"), run_tags.TRY_AGAIN, 1 + faults.RETRIES),
        (psycopg.OperationalError("gone"), run_tags.TRY_AGAIN, 1 + faults.RETRIES),
        (ConfigError("a key"), run_tags.CONFIGURE, 1),
        (StopError("broken"), run_tags.LOOK, 1),
    ],
)
def test_each_kind_of_failure_is_tried_as_often_as_that_helps_and_tagged(
    error: Exception, kind: str, tries: int
) -> None:
    ended = run(error)
    assert ended.is_failure
    assert ended.tags[run_tags.FAULT] == kind
    assert len(attempts) == tries


def test_an_attempt_that_goes_well_ends_the_run_well_and_leaves_no_fault() -> None:
    ended = run(RetryError("later"), None)
    assert ended.is_success
    assert run_tags.FAULT not in ended.tags
    assert attempts == [0, 1]


def test_under_the_eyes_of_somebody_in_a_terminal_nothing_is_tried_again() -> None:
    assert run(RetryError("later"), cause="sync").is_failure
    assert len(attempts) == 1


def test_a_run_names_its_process_and_by_whom_it_was_started() -> None:
    assert run(StopError("broken")).tags[run_tags.CAUSE] == run_tags.MANUAL
    assert run(StopError("broken"), cause=run_tags.SWEEP).tags[run_tags.CAUSE] == run_tags.SWEEP
    assert run(StopError("broken")).tags[run_tags.PROCESS]
