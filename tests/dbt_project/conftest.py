"""dbt in this process, on databases of its own: one build serves all tests that only read, in all xdist workers."""

import fcntl
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from connectors import warehouse_address
from tests.dbt_project import report_worlds, worlds
from tests.dbt_project.dbt_runs import Built, Db, Dbt, built_from, connected
from tests.dbt_project.raw_layer import Row

NewDatabase = Callable[..., str]
"""Makes a database and gives its URL: an empty one, or a copy of the database at the URL that is given."""
SharedDatabase = Callable[[str, Callable[[str], object]], str]
"""Gives the URL of the run's one database of that name, which was filled by the first worker that asked for it."""


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return Dbt(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def new_database(cluster: str) -> Iterator[NewDatabase]:
    """Databases that are dropped at the end."""
    names: list[str] = []

    def create(template_url: str = "") -> str:
        names.append(f"dbt_{secrets.token_hex(6)}")
        return _create(cluster, names[-1], warehouse_address.parse(template_url).dbname if template_url else "")

    yield create
    for name in names:
        _drop(cluster, name)


@pytest.fixture(scope="session")
def shared_database(cluster: str, run_folder: Path) -> Iterator[SharedDatabase]:
    """Databases that all workers of a run share, so nobody changes them; the last worker to finish drops them."""
    folder = run_folder / "databases"
    folder.mkdir(exist_ok=True)

    def share(name: str, fill: Callable[[str], object]) -> str:
        with _locked(folder / f"{name}.lock"):
            if not (made := folder / f"{name}.database").exists():
                database = f"dbt_{name}_{secrets.token_hex(6)}"
                fill(_create(cluster, database))
                made.write_text(database)
            return replace(warehouse_address.parse(cluster), dbname=made.read_text()).url

    with (folder / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield share
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker still uses them
        for made in folder.glob("*.database"):
            _drop(cluster, made.read_text())
            made.unlink()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(cluster: str, name: str, template: str = "") -> str:
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"create database {name} encoding 'UTF8' template {template or 'template0'}")
    return replace(warehouse_address.parse(cluster), dbname=name).url


def _drop(cluster: str, name: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")


def _build(rows: list[Row], url: str, dbt: Dbt) -> None:
    with built_from(rows, url, dbt):
        pass


@pytest.fixture(scope="session")
def built(shared_database: SharedDatabase, dbt: Dbt) -> Iterator[Db]:
    """The marts of the worlds in `worlds.py`, in New York's days: for reading, and nothing else is possible."""
    with connected(shared_database("built", lambda url: _build(worlds.everything(), url, dbt))) as db:
        db.execute("set default_transaction_read_only = on")
        yield db


@pytest.fixture(scope="session")
def rebuilt(new_database: NewDatabase, shared_database: SharedDatabase, dbt: Dbt) -> Iterator[Built]:
    """The same worlds, landed in the opposite order: a copy for damaging and repairing."""
    with _copy(new_database, shared_database, dbt) as copy:
        yield copy


@pytest.fixture(scope="module")
def resettable(new_database: NewDatabase, shared_database: SharedDatabase, dbt: Dbt) -> Iterator[Built]:
    """Another copy of them, for building anew under other settings or from other raw rows; left as it ends up."""
    with _copy(new_database, shared_database, dbt) as copy:
        yield copy


@contextmanager
def _copy(new_database: NewDatabase, shared_database: SharedDatabase, dbt: Dbt) -> Iterator[Built]:
    original = shared_database("rebuilt", lambda url: _build(worlds.everything()[::-1], url, dbt))
    url = new_database(original)
    with connected(url) as db:
        yield Built(url, db)


@pytest.fixture(scope="session")
def new_reported(new_database: NewDatabase, shared_database: SharedDatabase, dbt: Dbt) -> Callable[[], str]:
    """Gives copies of the business of `report_worlds.py`, built in New York's days."""
    original = shared_database("reported", lambda url: _build(report_worlds.everything(), url, dbt))
    return lambda: new_database(original)


@pytest.fixture(scope="session")
def reported(new_reported: Callable[[], str]) -> Iterator[Built]:
    """One such copy, for reading, and for damaging and repairing."""
    url = new_reported()
    with connected(url) as db:
        yield Built(url, db)
