"""dbt in this process, on databases of its own: one build serves all tests that only read, in all xdist workers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.databases import NewDatabase, SharedDatabase
from tests.dbt_project import report_worlds, worlds
from tests.dbt_project.dbt_runs import Built, Db, Dbt, built_from, connected
from tests.dbt_project.raw_layer import Row


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return Dbt(tmp_path_factory.mktemp("dbt"))


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
def unsynced(shared_database: SharedDatabase, dbt: Dbt) -> str:
    """The URL of a built warehouse that nothing was ever synced into; for reading and copying."""
    return shared_database("unsynced", dbt.build)


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
