"""Why a run failed, in one sentence: from Dagster's events back to what was said.

Belongs here: finding the reason. Does not: what is done about it (`automation/`), showing it (`problems.py`, `cli.py`).
"""

from collections.abc import Iterable

from dagster import DagsterEvent, DagsterEventType, DagsterInstance


def why(instance: DagsterInstance, run_id: str) -> str:
    """The reason of the run's first failed step, else of the run itself."""
    wanted = {DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE}
    records = instance.get_records_for_run(run_id, of_type=wanted, limit=20).records
    return reason(record.event_log_entry.dagster_event for record in records if record.event_log_entry.dagster_event)


def reason(events: Iterable[DagsterEvent]) -> str:
    """The same from the events themselves."""
    last = ""
    for event in events:
        if event.event_type == DagsterEventType.STEP_FAILURE:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return data.user_failure_data.description
            if data.error:
                cause = data.error.cause or data.error
                return f"{event.step_key} failed: {' '.join(cause.message.split())}"
        if event.event_type == DagsterEventType.RUN_FAILURE:
            last = " ".join((event.message or "").split())
    return last or "It failed before its first step; the run's log in the Dagster UI says more."
