"""What every tick of a sensor or a schedule has in common: it answers in words, also when it cannot find out.

Belongs here: that. Does not: what is asked (`history.py`, `incremental.py`, `reports.py`).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from dagster import RunRequest, SkipReason

from connectors.registry import LeadlineError

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
