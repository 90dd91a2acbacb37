"""One throw-away Postgres for the whole test run, and a new empty database for every test that asks."""

import fcntl
import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from connectors import embedded_postgres, warehouse_address
from tests import databases
from tests.databases import NewDatabase, SharedDatabase

TESTS = Path(__file__).parent
LONGEST_FIRST = (
    "soak/test_soak.py",
    "integration/test_kill.py",
    "integration/test_stripe_crash.py",
    "integration/test_truth.py",
    "integration/test_dev.py",
    "bench/test_bench.py",
    "orchestration/test_report_build.py",
)
"""Minutes each, beginning with the one that takes longest."""


def pytest_configure() -> None:
    """A run that a shell put in the background ignores Ctrl-C, and so would every process that it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first worker begins with the long ones, and others take its short ones: no long one begins at the end."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    file = item.path.relative_to(TESTS).as_posix()
    return LONGEST_FIRST.index(file) if file in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the whole run: the xdist workers' own folders lie inside."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def cluster(run_folder: Path) -> Iterator[str]:
    """The superuser URL of a throw-away server that all xdist workers share (TEST_WAREHOUSE_ADMIN_URL if set).

    The last worker to finish stops it: each holds a shared lock on one file while it uses the server.
    """
    given = os.environ.get("TEST_WAREHOUSE_ADMIN_URL", "").strip()
    if given:
        yield given
        return
    home = run_folder / "cluster"
    with (run_folder / "cluster.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield embedded_postgres.start(home, throw_away=True).url
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker still uses it
        embedded_postgres.stop(home)
        shutil.rmtree((home / "postgres").resolve())  # may be a link to where another account can reach it
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def new_database(cluster: str) -> Iterator[NewDatabase]:
    """Databases of one's own, empty or copied, dropped at the end of the run."""
    with databases.made(cluster) as create:
        yield create


@pytest.fixture(scope="session")
def shared_database(cluster: str, run_folder: Path) -> Iterator[SharedDatabase]:
    """Databases that all workers of a run share, so nobody changes them."""
    with databases.shared(cluster, run_folder / "databases") as share:
        yield share


@pytest.fixture
def warehouse_url(cluster: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A new empty UTF8 database, set as WAREHOUSE_URL, dropped afterwards."""
    server = warehouse_address.parse(cluster)
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"create database {name} encoding 'UTF8' template template0")
    url = replace(server, dbname=name).url
    monkeypatch.setenv("WAREHOUSE_URL", url)
    monkeypatch.delenv("DAGSTER_POSTGRES_URL", raising=False)
    yield url
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
