"""What a failed step means to whoever runs it: wait and try again, look at it, or change the settings first.

Belongs here: our errors as Dagster's failures, and the tags that say which. Does not: what is done after the run
(`automation/decisions.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from dagster import AssetExecutionContext, Failure, OpExecutionContext, RetryRequested

from connectors.registry import ConfigError, LeadlineError, RetryError
from orchestration import run_process, run_tags
from orchestration.instance import hold_sessions

RETRIES, FIRST_WAIT_SECONDS = 3, 15.0
"""Within a run, for what passes quickly: 15, 30, 60 seconds. What takes longer is another run's."""

Context = AssetExecutionContext | OpExecutionContext


@contextmanager
def told(context: Context) -> Iterator[None]:
    """Name the run's process while the block runs, and turn our refusals into failures that say what helps.

    Nothing is tried again under the eyes of somebody in a terminal, who can do so.
    """
    hold_sessions(context.instance)
    cause = context.run.tags.get(run_tags.CAUSE, run_tags.MANUAL)
    context.instance.add_run_tags(context.run_id, {run_tags.CAUSE: cause, **run_process.this_process()})
    try:
        yield
    except psycopg.OperationalError as error:
        went_away = RetryError(f"The warehouse went away: {' '.join(str(error).split())}")
        raise _failure(context, went_away, cause) from error
    except LeadlineError as error:
        raise _failure(context, error, cause) from error


def _failure(context: Context, error: LeadlineError, cause: str) -> Failure | RetryRequested:
    is_watched = cause in run_tags.IN_A_TERMINAL
    if isinstance(error, RetryError) and not is_watched and context.retry_number < RETRIES:
        wait = FIRST_WAIT_SECONDS * 2**context.retry_number
        context.log.warning(f"{error} Tried again in {wait:.0f} s.")
        return RetryRequested(max_retries=RETRIES, seconds_to_wait=wait)
    context.instance.add_run_tags(context.run_id, {run_tags.FAULT: _kind(error)})
    return Failure(str(error), allow_retries=isinstance(error, RetryError))


def _kind(error: LeadlineError) -> str:
    if isinstance(error, RetryError):
        return run_tags.TRY_AGAIN
    return run_tags.CONFIGURE if isinstance(error, ConfigError) else run_tags.LOOK
