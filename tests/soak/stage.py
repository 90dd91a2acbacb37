"""What a trouble can reach: the servers, the runs, the `.env` file, what people were told and should be told.

Belongs here: reaching and waiting. Does not: what goes wrong (`troubles.py`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg
import sqlalchemy.exc
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from connectors.registry import CONNECTORS, examined
from orchestration import run_tags
from tests.soak.receiver import Receiver
from tests.soak.servers import Servers

SECONDS_TO_BE_SEEN = 600
AN_HOUR = timedelta(hours=1)
KEY = "SOURCES__STRIPE__API_KEY"
AWAY = (psycopg.OperationalError, sqlalchemy.exc.OperationalError, OSError)
"""What asking says of a server that is away just now."""


@dataclass
class Stage:
    """`expected` is what should have been told of each problem until now, in order."""

    servers: Servers
    instance: Callable[[], DagsterInstance]
    home: Path
    key: str
    alerts: Receiver
    expected: dict[str, list[str]] = field(default_factory=dict)

    def write_key(self, key: str) -> None:
        """Put the key into the `.env` file that the code server follows."""
        (self.home / ".env").write_text(f"{KEY}={key}\n")

    def expects(self, key: str, state: str) -> None:
        """Wait until people were told so of this problem, and of it nothing else than was expected before."""
        self.expected.setdefault(key, []).append(state)
        self.wait(f"the alert {key} {state}", lambda: len(self.alerts.of(key)) >= len(self.expected[key]))
        assert self.alerts.of(key) == self.expected[key], f"of {key} was told {self.alerts.of(key)}"

    def wait(self, what: str, condition: Callable[[], bool], seconds: float = SECONDS_TO_BE_SEEN) -> None:
        """Wait until it is so; while a server is away it is not so yet."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.servers.check()
            try:
                if condition():
                    return
            except AWAY:
                pass
            time.sleep(0.5)
        raise TimeoutError(f"{what} was not seen within {seconds:.0f} s; told so far: {self.alerts.told}")

    def hours_pass(self) -> None:
        """Sync once what is synced by the hour, as its schedule would have done in the day that took a minute here.

        Somebody presses the button for it, and once more where a server was away.
        """
        on = {named.connector for named in examined().on}
        for connector in CONNECTORS:
            if connector.name in on and not connector.news and connector.cadence >= AN_HOUR:
                job = f"{connector.name}_sync_job"
                self.wait(f"a run of {job}", lambda job=job: bool(self.servers.launch(job)))

    def runs(self, wanted: RunsFilter) -> list[DagsterRun]:
        """Runs that match, the newest first."""
        with self.instance() as instance:
            return list(instance.get_runs(wanted, limit=50))

    def run(self, run_id: str) -> DagsterRun:
        """This one."""
        return self.runs(RunsFilter(run_ids=[run_id]))[0]

    def going(self, kind: str) -> list[DagsterRun]:
        """Runs under way that bear the tag."""
        return [run for run in self.runs(RunsFilter(statuses=[DagsterRunStatus.STARTED])) if kind in run.tags]

    def refused_runs(self) -> list[DagsterRun]:
        """Runs that failed on what somebody has to set right."""
        return self.runs(RunsFilter(statuses=[DagsterRunStatus.FAILURE], tags={run_tags.FAULT: run_tags.CONFIGURE}))
