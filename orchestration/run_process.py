"""Which process a run lives in, and runs whose process is gone: nothing else would ever end them.

Belongs here: telling the living from the dead. Does not: starting runs (`job_run.py`), starting them again
(`automation/`).
"""

import os
import platform
import time

import psutil
from dagster import DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter

from orchestration import run_tags

SECONDS_WITHOUT_PROCESS = 900
"""A run that began so long ago and has not named its process yet never will."""

SECONDS_WITHOUT_QUEUE = 120
"""A run asked for so long ago that is not in the queue never will be: whoever puts it there does so at once."""

UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
"""All but the queue's: those wait there as long as they must."""


def this_process() -> dict[str, str]:
    """The tag of runs in this process."""
    return {run_tags.PROCESS: _process(os.getpid())}


def bury_the_dead(instance: DagsterInstance) -> list[str]:
    """End runs whose process on this machine was killed, or that never came so far; returns their ids.

    They failed, but for those that somebody was cancelling.
    """
    dead = []
    for record in instance.get_run_records(RunsFilter(statuses=UNFINISHED)):
        why = _death(record)
        run = instance.get_run_by_id(record.dagster_run.run_id) if why else None
        if why and run and run.status is record.dagster_run.status:  # it may have gone on or ended well just now
            if run.status is DagsterRunStatus.CANCELING:  # as somebody wanted, who is not to find it started again
                instance.report_run_canceled(run, message=why)
            else:
                instance.report_run_failed(run, why)
            dead.append(run.run_id)
    return dead


def _death(record: RunRecord) -> str | None:
    """What ended the run without a word; None while it may live."""
    if record.dagster_run.status is DagsterRunStatus.NOT_STARTED:
        is_lost = time.time() - record.create_timestamp.timestamp() > SECONDS_WITHOUT_QUEUE
        return "This run never came into the queue: what should have put it there broke off." if is_lost else None
    return "The process of this run was killed." if _is_dead(record) else None


def _is_dead(record: RunRecord) -> bool:
    owner = record.dagster_run.tags.get(run_tags.PROCESS, "")
    host, _, rest = owner.partition(":")
    if not owner:
        return record.start_time is not None and time.time() - record.start_time > SECONDS_WITHOUT_PROCESS
    return host == _host() and not _lives(owner, int(rest.partition(":")[0]))


def _host() -> str:
    """This machine's name; `LEADLINE_HOST` where it changes while it stays the same to us, as a pod's does."""
    return os.environ.get("LEADLINE_HOST", "").strip() or platform.node()


def _process(pid: int) -> str:
    """A process of this machine, told from a later one with the same number by when it started."""
    return f"{_host()}:{pid}:{int(psutil.Process(pid).create_time())}"


def _lives(owner: str, pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and _process(pid) == owner
    except psutil.NoSuchProcess:
        return False
