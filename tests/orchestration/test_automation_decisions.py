"""What may be started after earlier attempts: every way a run can end, and how patiently the next one waits."""

import pytest
from dagster import DagsterRunStatus

from orchestration import run_tags
from orchestration.automation.decisions import DAY, HOUR, IN_FLIGHT, MINUTE, Attempt, decide

ENDED = 1_000_000.0
BEGAN = ENDED - 30
FAILURE, SUCCESS, CANCELED = DagsterRunStatus.FAILURE, DagsterRunStatus.SUCCESS, DagsterRunStatus.CANCELED


def attempt(status: DagsterRunStatus, fault: str | None = None, settings: str = "same") -> Attempt:
    ended = None if status in IN_FLIGHT else ENDED
    return Attempt("0123456789ab", status, BEGAN, ended, fault, settings)


def wait_after(*attempts: Attempt, **circumstances: float | bool) -> float:
    """Seconds after the end of the last attempt at which the next may begin: the first of the round ones."""
    for seconds in (0, *(MINUTE * 2**n for n in range(6)), HOUR, DAY):
        if decide(attempts, ENDED + seconds, "same", **circumstances).starts:  # type: ignore[arg-type]
            return seconds
    raise AssertionError("never")


def test_what_was_never_tried_starts_at_once() -> None:
    assert decide([], ENDED, "same").starts


@pytest.mark.parametrize("status", sorted(IN_FLIGHT, key=str))
def test_nothing_starts_beside_a_run_in_flight_and_the_run_is_named(status: DagsterRunStatus) -> None:
    decision = decide([attempt(status)], ENDED + DAY, "same", renewed_at=ENDED + DAY)
    assert not decision.starts
    assert "run 01234567" in decision.said


def test_what_may_pass_is_tried_again_after_twice_as_long_each_time_up_to_an_hour() -> None:
    failed = attempt(FAILURE, run_tags.TRY_AGAIN)
    waits = [wait_after(*[failed] * times) for times in (1, 2, 3, 6, 7, 8)]
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 32 * MINUTE, HOUR, HOUR]


def test_a_success_in_between_makes_the_next_failure_the_first() -> None:
    failed = attempt(FAILURE, run_tags.TRY_AGAIN)
    assert wait_after(failed, attempt(SUCCESS), failed, failed, failed) == MINUTE


def test_a_killed_run_is_gone_on_with_like_one_that_may_pass() -> None:
    assert wait_after(attempt(FAILURE)) == MINUTE
    assert "was killed" in decide([attempt(FAILURE)], ENDED, "same").said


def test_wrong_settings_wait_for_other_settings_or_an_hour() -> None:
    failed = attempt(FAILURE, run_tags.CONFIGURE)
    assert wait_after(failed) == HOUR
    assert wait_after(failed, failed, failed) == HOUR
    assert decide([failed], ENDED, "other").starts


def test_what_somebody_has_to_look_at_is_tried_once_a_day_unless_there_is_something_it_had_not_seen() -> None:
    failed = attempt(FAILURE, run_tags.LOOK)
    assert wait_after(failed) == DAY
    assert wait_after(failed, renewed_at=BEGAN - 1) == DAY
    assert wait_after(failed, renewed_at=BEGAN + 1) == MINUTE
    assert wait_after(failed, failed, renewed_at=BEGAN + 1) == 2 * MINUTE


def test_what_a_person_stopped_is_left_to_persons_where_that_is_meant() -> None:
    stopped = attempt(CANCELED)
    assert wait_after(stopped) == 0
    paused = decide([stopped], ENDED + DAY, "same", is_cancel_final=True)
    assert not paused.starts
    assert "by hand" in paused.said
    assert decide([stopped], ENDED, "same", is_cancel_final=True, renewed_at=ENDED).starts


def test_a_success_that_left_its_work_unfinished_is_not_repeated_in_a_tight_loop() -> None:
    assert wait_after(attempt(SUCCESS)) == 0
    assert wait_after(attempt(SUCCESS), is_due_again=False) == 16 * MINUTE
    assert wait_after(attempt(SUCCESS), is_due_again=False, renewed_at=ENDED) == 0


def test_only_what_follows_a_failure_is_called_a_retry() -> None:
    assert decide([attempt(FAILURE)], ENDED + DAY, "same").is_retry
    assert not decide([attempt(SUCCESS)], ENDED + DAY, "same").is_retry
