"""dbt in this process, on databases of its own: one build serves all tests that only read."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from connectors import warehouse_address
from tests.dbt_project import worlds
from tests.dbt_project.dbt_runs import Built, Db, Dbt, built_from


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return Dbt(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def new_database(cluster: str) -> Iterator[Callable[[], str]]:
    """Makes an empty database and gives its URL."""
    server = warehouse_address.parse(cluster)
    names: list[str] = []

    def create() -> str:
        names.append(f"dbt_{secrets.token_hex(6)}")
        with psycopg.connect(cluster, autocommit=True) as admin:
            admin.execute(f"create database {names[-1]} encoding 'UTF8' template template0")
        return replace(server, dbname=names[-1]).url

    yield create
    with psycopg.connect(cluster, autocommit=True) as admin:
        for name in names:
            admin.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def built(new_database: Callable[[], str], dbt: Dbt) -> Iterator[Db]:
    """The marts of the worlds in `worlds.py`, in New York's days: for reading."""
    with built_from(worlds.everything(), new_database(), dbt) as warehouse_of_worlds:
        yield warehouse_of_worlds.db


@pytest.fixture(scope="session")
def rebuilt(new_database: Callable[[], str], dbt: Dbt) -> Iterator[Built]:
    """The same worlds, landed in the opposite order: for damaging and repairing."""
    with built_from(worlds.everything()[::-1], new_database(), dbt) as warehouse_of_worlds:
        yield warehouse_of_worlds
