"""What goes wrong while time passes, and what must be seen of it before it is put right.

Belongs here: the troubles. Does not: what troubles can reach (`stage.py`), the days (`held_back.py`), what must hold at
their end (`__main__.py`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from dagster import DagsterRunStatus

from connectors import embedded_postgres
from connectors.registry import RetryError, Span, connection, restart_history, warehouse
from orchestration import run_tags
from tests.soak.receiver import NEW, OVER
from tests.soak.servers import CODE, DAEMON, WEB
from tests.soak.stage import Stage

STRIPE_FAILED = "run/stripe_sync_job/stripe"
"""The alert of a sync of Stripe that needs somebody."""
Trouble = Callable[[Stage], AbstractContextManager[None]]


@contextmanager
def nothing(_: Stage) -> Iterator[None]:
    """An ordinary day."""
    yield


@contextmanager
def key_revoked(stage: Stage) -> Iterator[None]:
    """The key is refused, people are told once, another key is put in its place, people are told that it is over."""
    before = {run.run_id for run in stage.refused_runs()}
    stage.write_key("sk_live_revoked")
    yield
    stage.wait("the run that the key was refused to", lambda: {run.run_id for run in stage.refused_runs()} > before)
    stage.expects(STRIPE_FAILED, NEW)
    stage.write_key(stage.key)
    stage.expects(STRIPE_FAILED, OVER)


@contextmanager
def postgres_restarted(stage: Stage) -> Iterator[None]:
    """The warehouse, and Dagster's own storage with it, goes away under a sync and comes back."""
    yield
    stage.wait("a sync under way", lambda: bool(stage.going(run_tags.CONNECTOR)))
    _restart_postgres(stage)


@contextmanager
def postgres_restarted_under_a_build(stage: Stage) -> Iterator[None]:
    """The same while the reports are built."""
    yield
    stage.wait("a build under way", lambda: bool(stage.going(run_tags.BUILD)))
    time.sleep(8)
    _restart_postgres(stage)


def _restart_postgres(stage: Stage) -> None:
    embedded_postgres.stop(stage.home)
    time.sleep(2)
    embedded_postgres.start(stage.home)


@contextmanager
def code_server_killed(stage: Stage) -> Iterator[None]:
    """kill -9 of the code server and the run that it had started: nobody is left who could tell."""
    yield
    stage.wait("a sync under way", lambda: bool(stage.going(run_tags.CONNECTOR)))
    run, *_ = stage.going(run_tags.CONNECTOR)
    stage.wait("its process", lambda: run_tags.PROCESS in stage.run(run.run_id).tags)
    stage.servers.kill(CODE)
    time.sleep(3)
    stage.servers.start_code_server()
    is_over = (DagsterRunStatus.FAILURE, DagsterRunStatus.SUCCESS)
    stage.wait("the lost run's end", lambda: stage.run(run.run_id).status in is_over)


@contextmanager
def daemon_killed(stage: Stage) -> Iterator[None]:
    """kill -9 of the daemon; another takes its place."""
    stage.servers.kill(DAEMON)
    yield
    stage.servers.start_daemon()


@contextmanager
def webserver_killed(stage: Stage) -> Iterator[None]:
    """kill -9 of the UI, which nothing depends on; another shows the runs."""
    stage.servers.kill(WEB)
    yield
    stage.servers.start_webserver()
    stage.wait("the runs in the UI", lambda: stage.servers.runs_shown() > 0)


@contextmanager
def history_again(stage: Stage) -> Iterator[None]:
    """All of Stripe's history is asked for again while the business goes on."""
    stage.wait("a quiet moment", _is_restarted)
    yield


def _is_restarted() -> bool:
    try:
        restart_history(connection("stripe"), [], Span(), warehouse.resolve(), dry_run=False)
    except RetryError:
        return False
    return True


IN_ONE_DAY: tuple[Trouble, ...] = (key_revoked, webserver_killed, postgres_restarted)
"""One after the other, while a day passes."""
DAYS: tuple[tuple[Trouble, ...], ...] = (
    (key_revoked,),
    (code_server_killed,),
    (postgres_restarted,),
    (webserver_killed, history_again),
    (daemon_killed,),
    (postgres_restarted_under_a_build,),
    IN_ONE_DAY,
    (daemon_killed, code_server_killed),
    (nothing,),
    (key_revoked, webserver_killed),
)
"""Day after day, from the beginning again when they are at an end."""
