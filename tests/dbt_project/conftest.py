"""dbt in this process, on databases of its own: one build serves all tests that only read."""

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import raw_layer
import worlds
from dbt.cli.main import dbtRunner
from psycopg.rows import dict_row

from connectors import warehouse, warehouse_address

PROJECT = Path(__file__).parents[2] / "dbt_project"
NEW_YORK = {"REPORT_TIMEZONE": "America/New_York"}
Db = psycopg.Connection[dict[str, Any]]


@dataclass(frozen=True)
class Dbt:
    """dbt on this project, with its artifacts in a folder of the test run."""

    target: Path

    def run(self, url: str | None, *arguments: str, settings: dict[str, str] = NEW_YORK) -> Any:
        """dbt's own result of one command against the database at `url`; parsing needs none."""
        address = warehouse.dbt_environment(warehouse_address.parse(url)) if url else {}
        target = str(self.target)
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", target]
        with pytest.MonkeyPatch.context() as environment:
            for name, value in (address | settings).items():
                environment.setenv(name, value)
            return dbtRunner().invoke([*arguments, *places, "--log-path", target, "--quiet"])

    def build(self, url: str) -> None:
        """One build that must be green; the unit tests are run apart, for they need no rows."""
        result = self.run(url, "build", "--exclude-resource-type", "unit_test")
        assert result.success, result.exception or [str(node) for node in result.result if node.status != "success"]


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


@dataclass(frozen=True)
class Built:
    """A database whose raw layer holds the worlds and whose marts were built from it."""

    url: str
    db: Db


@contextlib.contextmanager
def built_from(rows: list[raw_layer.Row], url: str, dbt: Dbt) -> Iterator[Built]:
    """Lands the rows, builds, and holds a connection open."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as db:
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            db.execute("create role leadline_reader nologin")
        raw_layer.create(db)
        for connection in ("stripe", "stripe@eu", "hubspot", "hubspot@eu", "google_ads"):
            raw_layer.declare(db, connection, connection.split("@")[0])
        raw_layer.declare(db, "stripe@test", "stripe", is_test=True)
        raw_layer.insert(db, rows)
        dbt.build(url)
        yield Built(url, db)


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
