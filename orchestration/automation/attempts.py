"""Earlier runs of the same thing, read by their tags: a few rows of an index, however long the event log is.

Belongs here: asking the instance. Does not: what follows from it (`decisions.py`).
"""

from dagster import DagsterInstance, RunRecord, RunsFilter

from orchestration import run_tags
from orchestration.automation.decisions import IN_FLIGHT, Attempt

MOST = 8
"""Enough to count failures in a row up to the longest wait."""


def of_connection(instance: DagsterInstance, name: str) -> list[Attempt]:
    """The last runs that synced this account alone, the newest first."""
    return _last(instance, {run_tags.CONNECTION: name})


def of_build(instance: DagsterInstance) -> list[Attempt]:
    """The last runs that built the reports, the newest first."""
    return _last(instance, {run_tags.BUILD: run_tags.REPORTS})


def syncs_in_flight(instance: DagsterInstance) -> list[str]:
    """The ids of runs that sync a vendor, queued or under way."""
    going = RunsFilter(statuses=list(IN_FLIGHT))
    return [run.run_id for run in instance.get_runs(going) if run_tags.CONNECTOR in run.tags]


def _last(instance: DagsterInstance, tags: dict[str, str]) -> list[Attempt]:
    return [_attempt(record) for record in instance.get_run_records(RunsFilter(tags=tags), limit=MOST)]


def _attempt(record: RunRecord) -> Attempt:
    run = record.dagster_run
    ended_at = (record.end_time or record.update_timestamp.timestamp()) if run.is_finished else None
    began_at = record.start_time or record.create_timestamp.timestamp()
    return Attempt(
        run.run_id, run.status, began_at, ended_at, run.tags.get(run_tags.FAULT), run.tags.get(run_tags.SETTINGS)
    )
