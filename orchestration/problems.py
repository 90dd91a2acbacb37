"""What is wrong now and needs a person: failed runs, failed checks, stale connections. Alerts and the terminal say it.

Belongs here: finding them, from the warehouse and the instance as they stand. Does not: telling anybody
(`notifier.py`, `automation/alerts.py`), how syncing goes otherwise (`standing.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import psycopg
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

from connectors.registry import Connector, connector, examined, holds_ours
from orchestration import check_results, failures, run_tags
from orchestration.assets import freshness

RUNS_LOOKED_AT = 20
"""Of each job, the latest; the accounts that are connected are looked up by name."""

FORGOTTEN_AFTER = timedelta(days=3)
"""A run that failed so long ago, and whose job has not run since, was somebody's attempt."""

FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]
PATIENCE = 3
"""Failures in a row, of what is tried again by itself."""
BY_ITSELF = (run_tags.HISTORY, run_tags.INCREMENTAL, run_tags.SWEEP, run_tags.RETRY, run_tags.CHANGES)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `key` names it as long as it lasts, `page` is its place in the Dagster UI."""

    key: str
    title: str
    said: str
    cure: str
    page: str
    since: datetime
    is_warning: bool = False


def found(
    db: psycopg.Connection, instance: DagsterInstance | None, jobs: Collection[str], now: datetime
) -> list[Problem]:
    """All of them, errors first; without an instance, what the warehouse alone knows."""
    runs = list(_failed_runs(instance, jobs, now)) if instance else []
    every = [*runs, *_stale(db, now), *_failed_checks(db)]
    return sorted(every, key=lambda problem: problem.is_warning)


def _failed_runs(instance: DagsterInstance, jobs: Collection[str], now: datetime) -> Iterator[Problem]:
    """Of each job and account, the last run that ended, if it failed, and will not be tried again by itself.

    A run that failed before it named its account is over once the job has ended well since it was asked for, and what
    automation began for an account that was taken out since is nobody's any more.
    """
    on = {named.name: named.connector for named in examined().on}
    for job in jobs:
        last: dict[str, list[RunRecord]] = defaultdict(list)
        has_ended_well_since = False
        for record in _ended(instance, job, {}, RUNS_LOOKED_AT, now):
            connection = record.dagster_run.tags.get(run_tags.CONNECTION, "")
            has_ended_well_since |= record.dagster_run.status == DagsterRunStatus.SUCCESS
            if connection or not has_ended_well_since:
                last[connection].append(record)
        for name, vendor in on.items():
            if job == f"{vendor}_sync_job":  # runs of an account that syncs more often must not push it out
                last[name] = _ended(instance, job, {run_tags.CONNECTION: name}, PATIENCE, now)
        for connection, records in last.items():
            by_itself = bool(records) and records[0].dagster_run.tags.get(run_tags.CAUSE) in BY_ITSELF
            if connection and connection not in on and by_itself:
                continue
            if needs_a_person([record.dagster_run for record in records]):
                since = datetime.fromtimestamp(records[0].end_time or 0, UTC)
                yield _failed_run(instance, records[0].dagster_run, connection, since)


def _ended(instance: DagsterInstance, job: str, tags: dict[str, str], most: int, now: datetime) -> list[RunRecord]:
    wanted = RunsFilter(job_name=job, tags=tags, statuses=FINISHED, updated_after=now - FORGOTTEN_AFTER)
    return [*instance.get_run_records(wanted, limit=most)]


def needs_a_person(runs: Sequence[DagsterRun]) -> bool:
    """Whether the last of these runs of one thing, the newest first, failed, and not in ways that mend themselves.

    What is tried again by itself (a vendor's bad minute, a killed process) needs nobody before `PATIENCE` failures,
    and ends nothing that was there before: only a run that ends well does.
    """
    failed = list(takewhile(lambda run: run.status == DagsterRunStatus.FAILURE, runs))
    return len(failed) >= PATIENCE or not all(_is_tried_again(run) for run in failed)


def _is_tried_again(run: DagsterRun) -> bool:
    return run.tags.get(run_tags.CAUSE) in BY_ITSELF and run.tags.get(run_tags.FAULT) in (None, run_tags.TRY_AGAIN)


def _failed_run(instance: DagsterInstance, run: DagsterRun, connection: str, since: datetime) -> Problem:
    whose = f" of {connection}" if connection else ""
    return Problem(
        key=f"run/{run.job_name}/{connection}",
        title=f"{run.job_name}{whose} failed",
        said=failures.why(instance, run.run_id),
        cure=_CURES.get(
            run.tags.get(run_tags.FAULT, ""), "Look at the run's log, mend what it names, and run it again."
        ),
        page=f"/runs/{run.run_id}",
        since=since,
    )


_CURES = {
    run_tags.TRY_AGAIN: "It may pass by itself and is tried again; look at the vendor's status page if it does not.",
    run_tags.CONFIGURE: "Change the setting it names (`leadline connections` shows whose credentials work); it goes on"
    " by itself then.",
}


def _failed_checks(db: psycopg.Connection) -> Iterator[Problem]:
    on = {named.name for named in examined().on}
    for check in check_results.standing(db).failed:
        if check.connection and check.connection not in on:
            continue  # its syncs ended with it: none will ever find it mended
        yield Problem(
            key=f"check/{check.of}/{check.name}",
            title=f"{check.name} of {check.of} {'warns' if check.is_warning else 'failed'}",
            said=check.said,
            cure="See its rows in the Dagster UI; docs/operations.md, Reading a failure, says what each is about.",
            page=f"/assets/{check.asset}?view=checks&checkDetail={check.name}",
            since=check.since,
            is_warning=check.is_warning,
        )


def _stale(db: psycopg.Connection, now: datetime) -> Iterator[Problem]:
    """Accounts whose last good sync is longer ago than their connector's tables may be."""
    on = {connection.name: connector(connection.connector) for connection in examined().on}
    if not on or not holds_ours(db):
        return
    rows = db.execute("select connection, synced_at, connected_at from ingest.connections order by 1").fetchall()
    for name, synced_at, connected_at in rows:
        last = synced_at or connected_at
        if name in on and last and now - last > freshness.windows(on[name])[1]:
            yield _overdue(name, on[name], synced_at, last)


def _overdue(name: str, vendor: Connector, synced_at: datetime | None, last: datetime) -> Problem:
    when = f"last synced at {synced_at:%Y-%m-%d %H:%M} UTC" if synced_at else "never synced to the end"
    fail = freshness.windows(vendor)[1]
    return Problem(
        key=f"stale/{name}",
        title=f"{name} is stale",
        said=f"{name} was {when}; {fail} without a sync is too long for it.",
        cure="Is Dagster's daemon running, and its schedule switched on? `leadline sync` brings it up to date now.",
        page=f"/asset-groups/{vendor.name}",
        since=last + fail,
    )
