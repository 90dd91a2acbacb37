"""What runs now and what comes next, for the terminal: runs in flight with their progress, when each account is due.

Belongs here: asking the instance and saying it. Does not: what is wrong (`problems.py`), what was
synced (`standing.py`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
from dagster import AssetKey, DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter

from connectors.registry import Connection, connector, examined, holds_ours
from orchestration import run_tags

GOING = [DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
SILENT_AFTER = timedelta(minutes=5)
"""A daemon that lives is heard of every half minute."""


def lines(db: psycopg.Connection, instance: DagsterInstance | None, now: datetime) -> list[str]:
    """A line for each run in flight, then what is due when; nothing for a warehouse that never saw Dagster."""
    if not instance:
        return []
    return [*_running(instance), *_next(db, instance, now)]


def _running(instance: DagsterInstance) -> Iterator[str]:
    for record in instance.get_run_records(RunsFilter(statuses=GOING), limit=20):
        run = record.dagster_run
        whose = run.tags.get(run_tags.CONNECTION)
        since = datetime.fromtimestamp(record.start_time, UTC) if record.start_time else None
        when = f"since {since:%H:%M} UTC" if since else "waiting for its turn"
        progress = _progress(instance, record)
        yield f"Running: {run.job_name}{f' of {whose}' if whose else ''}, {when}{f'; {progress}' if progress else ''}"


def _progress(instance: DagsterInstance, record: RunRecord) -> str:
    """The last that a sync in flight said of any of its tables."""
    vendor = record.dagster_run.job_name.removesuffix("_sync_job")
    known = {connection.connector for connection in examined().on}
    if vendor not in known:
        return ""
    seen = [
        event
        for table in connector(vendor).tables
        for event in instance.fetch_observations(AssetKey([vendor, table.name]), limit=1).records
        if event.run_id == record.dagster_run.run_id
    ]
    newest = max(seen, key=lambda event: event.timestamp, default=None)
    observed = newest.asset_observation if newest else None
    return (observed.description or "") if observed else ""


def _next(db: psycopg.Connection, instance: DagsterInstance, now: datetime) -> Iterator[str]:
    on = examined().on
    if not on:
        return
    heard = max((beat.timestamp for beat in instance.get_daemon_heartbeats().values()), default=None)
    if heard is None or now.timestamp() - heard > SILENT_AFTER.total_seconds():
        last = f"last heard of at {datetime.fromtimestamp(heard, UTC):%Y-%m-%d %H:%M} UTC" if heard else "never started"
        yield (
            f"Next: nothing by itself, for Dagster's daemon does not run ({last}): `leadline dev` starts it;"
            " docs/operations.md says how to run it for good."
        )
        return
    synced: dict[str, datetime | None] = {}
    if holds_ours(db):
        synced = dict(db.execute("select connection, synced_at from ingest.connections").fetchall())
    yield "Next: " + "; ".join(_due(connection, synced.get(connection.name), now) for connection in on)


def _due(connection: Connection, synced_at: datetime | None, now: datetime) -> str:
    vendor = connector(connection.connector)
    minutes = int(vendor.cadence.total_seconds() // 60)
    every = f"every {minutes} min" if minutes > 1 else "every minute"
    if vendor.news:
        return f"{connection.name} is asked {every}, and synced when it has news"
    due = synced_at + vendor.cadence if synced_at else now
    return f"{connection.name} {'now' if due <= now else f'at about {due.astimezone(UTC):%H:%M} UTC'} ({every})"
