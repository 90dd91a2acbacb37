"""Running a job of the code location to its end in this process, as the Dagster UI will show it.

Belongs here: running and saying in one sentence why it failed. Does not: what the job does (`automation/jobs.py`).
"""

import os
import platform
from contextlib import redirect_stdout

import psutil
from dagster import DagsterInstance, DagsterRunStatus, ExecuteInProcessResult, RunsFilter

from connectors.registry import LeadlineError
from orchestration import failures
from orchestration.paths import home

PROCESS_TAG = "leadline/process"


class JobFailed(LeadlineError):
    """A run failed; the message says which step and why."""


def run(name: str, instance: DagsterInstance, cause: str) -> ExecuteInProcessResult:
    """Execute the job `name`; raises `JobFailed` with the reason of the first failed step."""
    from orchestration.definitions import defs  # loads the code location, which only running needs

    job = defs.resolve_job_def(name)
    _bury_the_dead(instance)
    log = home() / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as stdout, redirect_stdout(stdout):  # dbt's own hundred lines
        result = job.execute_in_process(
            instance=instance,
            run_config={"loggers": {"console": {}}},
            raise_on_error=False,
            tags={"leadline/cause": cause, PROCESS_TAG: _process(os.getpid())},
        )
    if not result.success:
        raise JobFailed(failures.reason(result.all_events))
    return result


def _process(pid: int) -> str:
    """A process of this machine, told from a later one with the same number by when it started."""
    return f"{platform.node()}:{pid}:{int(psutil.Process(pid).create_time())}"


def _bury_the_dead(instance: DagsterInstance) -> None:
    """Mark runs as failed whose process on this machine was killed; nothing else would ever end them."""
    for run in instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTING, DagsterRunStatus.STARTED])):
        owner = run.tags.get(PROCESS_TAG, "")
        host, _, rest = owner.partition(":")
        if host == platform.node() and not _lives(owner, int(rest.partition(":")[0])):
            instance.report_run_failed(run, "The process of this run was killed.")


def _lives(owner: str, pid: int) -> bool:
    try:
        return _process(pid) == owner
    except psutil.NoSuchProcess:
        return False
