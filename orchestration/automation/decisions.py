"""May this be started now? Decided from how earlier attempts ended; pure, so that every state can be tested.

    retry    a minute after the first failure, twice as long after each further one, an hour at most
    config   as soon as the settings change, else hourly: it may have been put right at the vendor
    stop     as soon as there is something that it had not seen, as patiently as above; else daily
    killed   like retry

Belongs here: these rules and their words. Does not: reading runs (`attempts.py`), starting them (`sensors.py`,
`schedules.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile

from dagster import DagsterRunStatus

from orchestration import run_tags

IN_FLIGHT = frozenset(
    {
        DagsterRunStatus.NOT_STARTED,
        DagsterRunStatus.QUEUED,
        DagsterRunStatus.STARTING,
        DagsterRunStatus.STARTED,
        DagsterRunStatus.CANCELING,
    }
)
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
AGAIN_AFTER_SUCCESS = 15 * MINUTE
"""A history that ended well and is not whole all the same is not begun again at once."""


@dataclass(frozen=True)
class Attempt:
    """A run, as far as it matters to the next one; times in Unix seconds, `ended_at` None while it goes on."""

    run_id: str
    status: DagsterRunStatus
    began_at: float
    ended_at: float | None = None
    fault: str | None = None
    settings: str | None = None

    @property
    def name(self) -> str:
        """As the UI shows it."""
        return f"run {self.run_id[:8]}"


@dataclass(frozen=True)
class Decision:
    """Whether to start, and the sentence that says why not; `is_retry` when the last attempt failed."""

    starts: bool
    said: str = ""
    is_retry: bool = False


def decide(
    attempts: Sequence[Attempt],
    now: float,
    settings: str,
    *,
    renewed_at: float | None = None,
    is_cancel_final: bool = False,
    is_due_again: bool = True,
) -> Decision:
    """Decide from `attempts`, the newest first.

    `renewed_at` is when something came up that earlier attempts had not seen. `is_cancel_final`: what a person stopped
    is left to persons. Not `is_due_again`: a success should have been the last, so it is doubted for a while.
    """
    if not attempts:
        return Decision(True)
    last = attempts[0]
    if last.status in IN_FLIGHT:
        doing = "is queued" if last.status is DagsterRunStatus.QUEUED else "is under way"
        return Decision(False, f"{last.name} {doing}")
    ended = last.ended_at or now
    is_renewed = renewed_at is not None and renewed_at > last.began_at
    if last.status is DagsterRunStatus.CANCELED:
        if is_cancel_final and not is_renewed:
            return Decision(False, f"somebody stopped {last.name}; start it by hand to go on")
        return Decision(True)
    if last.status is DagsterRunStatus.FAILURE:
        return _after_failure(attempts, now, ended, is_renewed, last.settings != settings)
    if is_due_again or is_renewed:
        return Decision(True)
    return _wait(ended + AGAIN_AFTER_SUCCESS, now, f"{last.name} ended well and left it unfinished", is_retry=False)


def _after_failure(
    attempts: Sequence[Attempt], now: float, ended: float, is_renewed: bool, is_changed: bool
) -> Decision:
    last = attempts[0]
    failures = len(list(takewhile(lambda attempt: attempt.status is DagsterRunStatus.FAILURE, attempts)))
    patience = min(MINUTE * 2 ** (failures - 1), HOUR)
    if last.fault == run_tags.CONFIGURE:
        if is_changed:
            return Decision(True, is_retry=True)
        return _wait(ended + HOUR, now, f"{last.name} says what to set right first")
    if last.fault == run_tags.LOOK and not (is_renewed or is_changed):
        return _wait(ended + DAY, now, f"{last.name} failed on what another attempt does not change: look at it")
    what = "failed" if last.fault else "was killed"
    return _wait(ended + patience, now, f"{last.name} {what}, for the {_ordinal(failures)} time in a row")


def _wait(until: float, now: float, why: str, *, is_retry: bool = True) -> Decision:
    if now >= until:
        return Decision(True, is_retry=is_retry)
    return Decision(False, f"{why}; tried again at {datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M} UTC")


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
