"""Reports by day: asked for directly where they are short, as a job where they are long, in halves where it fails.

Belongs here: how a span of days is brought in. Does not: which days (`connectors/sync/ladder.py`), errors in general.
"""

import time
from datetime import date, timedelta
from typing import Any

from connectors.connector import Page
from connectors.errors import RetryError, StopError
from connectors.meta_ads.client import MetaAdsApi, of_any_status
from connectors.meta_ads.refusals import TooMuchError
from connectors.meta_ads.tables import InsightsTable

DIRECT_DAYS = 7
"""Longer spans are asked for as a job."""
PAGE_ROWS = 500
JOBS_A_DAY = 3
"""How many jobs may fail over a single day."""
LONGEST_JOB_SECONDS = 1_800.0
FIRST_WAIT, LONGEST_WAIT = 0.2, 20.0


class JobFailedError(RetryError):
    """A report job ended without a report."""


def days(api: MetaAdsApi, table: InsightsTable, first: date, last: date) -> list[Page]:
    """All rows of the days from `first` to `last`, inclusive; at least one page.

    Raises `RetryError` when the jobs of a single day keep failing.
    """
    parameters = {
        "level": table.level,
        "time_increment": "1",
        "time_range": {"since": first.isoformat(), "until": last.isoformat()},
        "fields": ",".join(table.fields),
        "filtering": of_any_status(table.level),
    }
    what = f"{table.name} ({first} to {last})"
    length = (last - first).days + 1
    if length <= DIRECT_DAYS:
        try:
            return list(api.pages(what, f"{api.account}/insights", parameters, PAGE_ROWS))
        except TooMuchError:
            pass  # a job may be larger
    for attempt in range(1, JOBS_A_DAY + 1):
        try:
            return _job(api, what, parameters)
        except (JobFailedError, TooMuchError) as error:
            if length > 1:
                middle = first + timedelta(days=length // 2)
                return [*days(api, table, first, middle - timedelta(days=1)), *days(api, table, middle, last)]
            if attempt == JOBS_A_DAY:
                raise RetryError(f"{error} This was attempt {attempt} at a single day.") from error
    raise AssertionError("the last attempt returns or raises")


def _job(api: MetaAdsApi, what: str, parameters: dict[str, Any]) -> list[Page]:
    """The rows of a report job, once it is done."""
    body, _ = api.ask(what, f"{api.account}/insights", parameters, method="POST")
    if not body.get("report_run_id"):
        raise StopError(
            f"{api.connection.name}/{what}: a report was asked for and no job named; is the base URL Meta's?"
        )
    job, wait, deadline = str(body["report_run_id"]), FIRST_WAIT, time.monotonic() + LONGEST_JOB_SECONDS
    while True:
        state, _ = api.ask(what, job, {})
        status = state.get("async_status")
        if status == "Job Completed":
            return list(api.pages(what, f"{job}/insights", {}, PAGE_ROWS))
        if status in ("Job Failed", "Job Skipped") or time.monotonic() > deadline:
            percent = state.get("async_percent_completion")
            raise JobFailedError(f"{api.connection.name}/{what}: the report job stands at {status!r}, {percent} %.")
        time.sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT)
