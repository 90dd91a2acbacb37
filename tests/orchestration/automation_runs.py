"""Runs as a sensor finds them, in every state, and a warehouse whose ledger says what is wanted of it.

Belongs here: making both. Does not: what sensors make of them (`test_automation_*.py`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from dagster import (
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    RunRequest,
    ScheduleDefinition,
    SensorDefinition,
    build_schedule_context,
    build_sensor_context,
)

from connectors.registry import connection
from connectors.sync import ledger, tenant
from orchestration import run_tags
from orchestration.definitions import defs

REPOSITORY = defs.get_repository_def()
ENDS = {
    DagsterRunStatus.FAILURE: DagsterEventType.RUN_FAILURE,
    DagsterRunStatus.CANCELED: DagsterEventType.RUN_CANCELED,
    DagsterRunStatus.SUCCESS: DagsterEventType.RUN_SUCCESS,
}


def connecting_variables() -> list[str]:
    """The names of all variables set here that connect something."""
    return [name for name in os.environ if name.startswith(("SOURCES__", "SANDBOX_")) or name == "CONNECTIONS"]


@dataclass
class Ledger:
    """What `ingest` says, set row by row."""

    db: psycopg.Connection

    def synced(self, name: str, synced_at: str | None = "2026-01-01", **columns: str) -> None:
        """The connection was synced to its end then, or only begun; `columns` say more."""
        self.db.execute(
            "insert into ingest.connections (connection, connector, is_test, synced_at) values (%s, %s, false, %s)"
            " on conflict (connection) do update set synced_at = excluded.synced_at, restarted_at = null",
            [name, name.partition("@")[0], synced_at],
        )
        for column, value in columns.items():
            self.db.execute(f"update ingest.connections set {column} = %s where connection = %s", [value, name])

    def reading(self, name: str, table: str, *, is_denied: bool = False) -> None:
        """The table's history was begun and is not whole."""
        self.db.execute(
            "insert into ingest.windows values (%s, %s, %s, 'history', 0, 'first sync', now(), null)",
            [f"{name} {table}", name, table],
        )
        ledger.grant(self.db, connection(name), [ledger.Access(table, not is_denied, "why")])

    def cut_short(self, name: str, table: str) -> None:
        """The last reading of what is new of the table did not come to its end."""
        self.db.execute(
            "update ingest.windows set finished_at = null"
            " where connection = %s and table_name = %s and kind = 'follow'",
            [name, table],
        )

    def built(self, read_at: str) -> None:
        """A good build read raw then."""
        self.db.execute("delete from ingest.builds")
        self.db.execute("insert into ingest.builds (stamp, read_at) values ('stamp', %s)", [read_at])


@contextmanager
def ledger_at(url: str) -> Iterator[Ledger]:
    """An empty ledger in the warehouse at `url`, of the tenant that this environment syncs."""
    with psycopg.connect(url, autocommit=True) as db:
        tenant.move_in(db, [], tenant.wanted())
        yield Ledger(db)


@dataclass(frozen=True)
class Told:
    """What a tick said: runs to start, or why none."""

    requests: list[RunRequest]
    skipped: str

    @property
    def started(self) -> dict[str, str]:
        """The cause of each run that is to start, by account."""
        return {request.tags[run_tags.CONNECTION]: request.tags[run_tags.CAUSE] for request in self.requests}


@dataclass
class Automation:
    """An instance, runs in it, and what sensors and schedules say of them."""

    instance: DagsterInstance

    def run(self, job: str, status: DagsterRunStatus, **tags: str) -> DagsterRun:
        """A run of `job` that is in, or has just come to, this state; tags by their last word."""
        run = self.instance.create_run_for_job(
            defs.resolve_job_def(job),
            tags={f"leadline/{name}": value for name, value in tags.items()},
            status=DagsterRunStatus.STARTED if status in ENDS else status,
        )
        if status in ENDS:
            self.instance.report_dagster_event(DagsterEvent(ENDS[status].value, job), run.run_id)
        return run

    def sync(self, name: str, status: DagsterRunStatus, **tags: str) -> DagsterRun:
        """A run that synced this account alone."""
        vendor = name.partition("@")[0]
        return self.run(f"{vendor}_sync_job", status, connection=name, connector=vendor, **tags)

    def tick(self, of: SensorDefinition | ScheduleDefinition) -> Told:
        """Evaluate it, as the daemon does."""
        if isinstance(of, SensorDefinition):
            with build_sensor_context(instance=self.instance, repository_def=REPOSITORY) as sensing:
                data = of.evaluate_tick(sensing)
        else:
            at = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
            with build_schedule_context(self.instance, at, repository_def=REPOSITORY) as scheduled:
                data = of.evaluate_tick(scheduled)
        return Told(list(data.run_requests or []), data.skip_message or "")
