"""What sensors and schedules have in common: they are on, and their ticks answer in words, come what may.

Belongs here: that. Does not: what is asked (`history.py`, `incremental.py`, `reports.py`).
"""

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from dagster import DefaultScheduleStatus, DefaultSensorStatus, RunRequest, SkipReason

from connectors.registry import LeadlineError

IS_ON = os.environ.get("LEADLINE_AUTOMATION", "").strip().lower() != "off"
"""Off, the UI opens with everything stopped, and each can be started there."""
SENSORS_ARE = DefaultSensorStatus.RUNNING if IS_ON else DefaultSensorStatus.STOPPED
SCHEDULES_ARE = DefaultScheduleStatus.RUNNING if IS_ON else DefaultScheduleStatus.STOPPED

Context = TypeVar("Context")
Requests = list[RunRequest]


def unless_away(tick: Callable[[Context], Requests | SkipReason]) -> Callable[[Context], Requests | SkipReason]:
    """A tick that says so, instead of failing, when the settings or the warehouse keep it from finding out."""

    def evaluate(context: Context) -> Requests | SkipReason:
        try:
            return tick(context)
        except LeadlineError as error:
            return SkipReason(str(error))
        except psycopg.OperationalError as error:
            return SkipReason(f"The warehouse does not answer: {' '.join(str(error).split())}")

    return evaluate


def answer(requests: Requests, said: Sequence[str], nothing: str) -> Requests | SkipReason:
    """The runs to start; without any, why: what was `said` of each thing, or `nothing` when there was none."""
    return requests or SkipReason("; ".join(sentence for sentence in said if sentence) or nothing)
