"""Running a job of the code location to its end in this process, as the Dagster UI will show it.

Belongs here: running and saying in one sentence why it failed. Does not: what the job does (`automation/jobs.py`).
"""

from contextlib import redirect_stdout

from dagster import DagsterInstance, ExecuteInProcessResult

from connectors.registry import LeadlineError
from orchestration import failures, run_process, run_tags
from orchestration.paths import home
from orchestration.progress import OWN_LINES


class JobFailed(LeadlineError):
    """A run failed; the message says which step and why."""


def run(name: str, instance: DagsterInstance, cause: str) -> ExecuteInProcessResult:
    """Execute the job `name`; raises `JobFailed` with the reason of the first failed step."""
    from orchestration.definitions import defs  # loads the code location, which only running needs

    job = defs.resolve_job_def(name)
    run_process.bury_the_dead(instance)
    log = home() / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as stdout, redirect_stdout(stdout):  # dbt's own hundred lines
        result = job.execute_in_process(
            instance=instance,
            run_config=OWN_LINES,
            raise_on_error=False,
            tags={run_tags.CAUSE: cause, **run_process.this_process()},
        )
    if not result.success:
        raise JobFailed(failures.reason(result.all_events))
    return result
