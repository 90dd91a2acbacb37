"""dbt in this process, and a database whose marts were built from rows: what the fixtures and the tests share."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from psycopg.rows import dict_row

from connectors import warehouse, warehouse_address
from tests.dbt_project import raw_layer

PROJECT = Path(os.environ.get("DBT_PROJECT_UNDER_TEST") or Path(__file__).parents[2] / "dbt_project")
NEW_YORK = {"REPORT_TIMEZONE": "America/New_York"}
RUNS_ONLY = ("build", "run", "seed", "test")
"""Commands whose result is all that is wanted of them, not the artifacts they would write."""
MOST_PARSED = 4
Db = psycopg.Connection[dict[str, Any]]


@dataclass(frozen=True)
class Dbt:
    """dbt on this project, with its artifacts in a folder of the test run.

    The project is parsed once for each settings, whatever the database: parsing takes as long as what is run of it.
    """

    target: Path
    _parsed: dict[object, Manifest] = field(default_factory=dict)

    def run(self, url: str | None, *arguments: str, settings: dict[str, str] = NEW_YORK) -> Any:
        """dbt's own result of one command against the database at `url`; parsing needs none."""
        address = warehouse.dbt_environment(warehouse_address.parse(url)) if url else {}
        target = str(self.target)
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", target]
        with pytest.MonkeyPatch.context() as environment:
            for name, value in (address | settings).items():
                environment.setenv(name, value)
            places += ["--log-path", target, "--log-level-file", "info", "--quiet"]  # as Leadline runs it
            if arguments[0] == "parse":
                return self._parse(arguments[1:])
            if arguments[0] not in RUNS_ONLY:
                return dbtRunner().invoke([*arguments, *places])
            parsed = self._parsed_for(_parse_options(arguments))
            if not isinstance(parsed, Manifest):
                return parsed
            _aim(parsed, os.environ["LEADLINE_PG_DATABASE"])
            return dbtRunner(parsed).invoke([*arguments, *places, "--no-write-json"])

    def _parsed_for(self, options: tuple[str, ...]) -> Any:
        """The project as it is here, or dbt's own result when it cannot be parsed; those used last are kept."""
        wanted = (options, _environment())
        parsed = self._parsed.pop(wanted, None)
        if parsed is None:
            result = self._parse(options)
            if not isinstance(result.result, Manifest):
                return result
            parsed = result.result
            while len(self._parsed) >= MOST_PARSED:
                self._parsed.pop(next(iter(self._parsed)))
        self._parsed[wanted] = parsed
        return parsed

    def _parse(self, options: Sequence[str]) -> Any:
        """dbt's own result, as for no database in particular.

        From nothing: dbt goes on from what it parsed under other settings, but loses what is said of some tests.
        """
        folder = str(self.target / "parsed")
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        places += ["--target-path", folder, "--log-path", folder, "--quiet", "--no-write-json"]
        places += ["--no-partial-parse"]
        with pytest.MonkeyPatch.context() as environment:
            for name in [name for name in os.environ if name.startswith("LEADLINE_PG_")]:
                environment.delenv(name)
            return dbtRunner().invoke(["parse", *options, *places])

    def build(self, url: str, settings: dict[str, str] = NEW_YORK) -> None:
        """One build that must be green; the unit tests are run apart, for they need no rows."""
        result = self.run(url, "build", "--exclude-resource-type", "unit_test", settings=settings)
        assert result.success, result.exception or [
            f"{run.node.name}: {run.message}" for run in result.result if run.status not in ("success", "pass")
        ]


def _parse_options(arguments: Sequence[str]) -> tuple[str, ...]:
    """Of a command's arguments those that dbt parses otherwise for."""
    return tuple(
        part for option, value in pairwise(arguments) if option in ("--vars", "--target") for part in (option, value)
    )


def _environment() -> object:
    """Whatever may shape what dbt parses, but for the database (`_aim`), what a build reads and when it is shown."""
    elsewhere = ("PYTEST", "LEADLINE_PG_", "LEADLINE_PUBLISH", "LEADLINE_RAW_SNAPSHOT", "WAREHOUSE_")
    return (
        str(PROJECT),
        *sorted((name, value) for name, value in os.environ.items() if not name.startswith(elsewhere)),
    )


def _aim(parsed: Manifest, database: str) -> None:
    """Let the tables of a parsed project be those of this database, whichever it was parsed for."""
    for node in (*parsed.nodes.values(), *parsed.sources.values()):
        if node.database != database:
            if node.relation_name:
                node.relation_name = node.relation_name.replace(f'"{node.database}"', f'"{database}"', 1)
            node.database = database


@dataclass(frozen=True)
class Built:
    """A database whose raw layer holds the worlds and whose marts were built from it."""

    url: str
    db: Db


@contextlib.contextmanager
def connected(url: str) -> Iterator[Db]:
    """A connection whose rows are dicts."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as db:
        yield db


@contextlib.contextmanager
def built_from(rows: list[raw_layer.Row], url: str, dbt: Dbt, settings: dict[str, str] = NEW_YORK) -> Iterator[Built]:
    """Lands the rows, builds, and holds a connection open."""
    with connected(url) as db:
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            db.execute("create role leadline_reader nologin")
        raw_layer.create(db)
        for connection in ("stripe", "stripe@eu", "hubspot", "hubspot@eu", "kit", "google_ads", "files"):
            raw_layer.declare(db, connection, connection.split("@")[0])
        raw_layer.declare(db, "stripe@test", "stripe", is_test=True)
        raw_layer.insert(db, rows)
        dbt.build(url, settings)
        yield Built(url, db)


def given_columns(db: Db, table: str) -> str:
    """The columns of a table that are inserted, as a list in SQL: a generated one is not."""
    query = (
        "select string_agg(quote_ident(attname), ', ' order by attnum) as names from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''"
    )
    [row] = db.execute(query, [table]).fetchall()
    return str(row["names"])


@contextlib.contextmanager
def damaged(db: Db, table: str, damage: str) -> Iterator[None]:
    """One statement done to a table (its `{}`), and undone afterwards."""
    saved = f"public.saved_{table.replace('.', '_')}"
    db.execute(f"create table {saved} as table {table}")
    try:
        db.execute(damage.format(table))
        yield
    finally:
        db.execute(f"truncate {table}")
        columns = given_columns(db, table)
        db.execute(f"insert into {table} ({columns}) select {columns} from {saved}")
        db.execute(f"drop table {saved}")
