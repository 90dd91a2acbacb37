"""What goes wrong on a simulated day, and what must be seen of it before it is put right.

Belongs here: the troubles. Does not: the days (`held_back.py`), what must hold at their end (`__main__.py`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from connectors import embedded_postgres
from connectors.registry import Span, connection, restart_history, warehouse
from orchestration import run_tags
from tests.soak.servers import Servers

SECONDS_TO_BE_SEEN = 600
KEY = "SOURCES__STRIPE__API_KEY"


@dataclass
class Stage:
    """What troubles can reach."""

    servers: Servers
    instance: Callable[[], DagsterInstance]
    home: Path
    key: str

    def write_key(self, key: str) -> None:
        """Put the key into the `.env` file that the code server follows."""
        (self.home / ".env").write_text(f"{KEY}={key}\n")

    def wait(self, what: str, condition: Callable[[], bool]) -> None:
        """Wait until it is so; a warehouse that is away is not so yet."""
        until = time.monotonic() + SECONDS_TO_BE_SEEN
        while time.monotonic() < until:
            self.servers.check()
            try:
                if condition():
                    return
            except psycopg.OperationalError:
                pass
            time.sleep(1)
        raise TimeoutError(f"{what} was not seen within {SECONDS_TO_BE_SEEN} s")

    def runs(self, **filters: object) -> list:
        """Runs that match, the newest first."""
        with self.instance() as instance:
            return list(instance.get_runs(RunsFilter(**filters), limit=50))  # type: ignore[arg-type]

    def skipped(self, sensor: str, words: str) -> bool:
        """Whether one of the sensor's last ticks said these words."""
        query = (
            "select tick_body from dagster.job_ticks where tick_body like %s and tick_body like %s"
            " order by id desc limit 1"
        )
        with warehouse.connect(warehouse.resolve()) as db:
            return db.execute(query, [f"%{sensor}%", f"%{words}%"]).fetchone() is not None


@contextmanager
def none(_: Stage) -> Iterator[None]:
    """An ordinary day."""
    yield


@contextmanager
def key_revoked(stage: Stage) -> Iterator[None]:
    """The key is refused, is said to be, and another one is put in its place."""
    stage.write_key("sk_live_revoked")
    time.sleep(1)
    yield
    stage.wait("the refused key", lambda: stage.skipped("stripe_incremental_sensor", "Stripe refused the key"))
    stage.write_key(stage.key)


@contextmanager
def postgres_restarted(stage: Stage) -> Iterator[None]:
    """The warehouse, and Dagster's own storage with it, goes away under a sync and comes back."""
    yield
    stage.wait("a run under way", lambda: bool(stage.runs(statuses=[DagsterRunStatus.STARTED])))
    embedded_postgres.stop(stage.home)
    time.sleep(5)
    embedded_postgres.start(stage.home)


@contextmanager
def code_server_killed(stage: Stage) -> Iterator[None]:
    """kill -9 of the code server and the run that it had started: nobody is left who could tell."""
    yield
    stage.wait("a run under way", lambda: bool(stage.runs(statuses=[DagsterRunStatus.STARTED])))
    [run, *_] = stage.runs(statuses=[DagsterRunStatus.STARTED])
    stage.wait("its process", lambda: run_tags.PROCESS in stage.runs(run_ids=[run.run_id])[0].tags)
    stage.servers.kill("code server")
    time.sleep(3)
    stage.servers.start_code_server()
    is_over = (DagsterRunStatus.FAILURE, DagsterRunStatus.SUCCESS)
    stage.wait("the lost run's end", lambda: stage.runs(run_ids=[run.run_id])[0].status in is_over)


@contextmanager
def daemon_killed(stage: Stage) -> Iterator[None]:
    """kill -9 of the daemon; another takes its place."""
    stage.servers.kill("daemon")
    yield
    stage.servers.start_daemon()


@contextmanager
def history_again(stage: Stage) -> Iterator[None]:
    """All of Stripe's history is asked for again while the business goes on."""
    stage.wait("a quiet moment", lambda: _restarted(stage))
    yield


def _restarted(stage: Stage) -> bool:
    from connectors.registry import RetryError

    try:
        restart_history(connection("stripe"), [], Span(), warehouse.resolve(), dry_run=False)
    except RetryError:
        return False
    return True


TROUBLES = (key_revoked, code_server_killed, postgres_restarted, history_again, daemon_killed, none)
"""One a day, in turn."""
