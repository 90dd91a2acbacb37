"""Dagster's instance: its folder, its storage in Postgres, and the environment that every Dagster process needs.

Belongs here: preparing and opening the instance. Does not: what runs on it (`job_run.py`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from weakref import WeakSet

from dagster import DagsterInstance
from psycopg import sql

from connectors.registry import Warehouse, warehouse
from orchestration.paths import PROJECT, dagster_home

SETTING_UP = "Dagster's own tables, being made by Leadline"
READY = "Dagster's own tables, made whole by Leadline"
_HOLDING: WeakSet[DagsterInstance] = WeakSet()


def environment(target: Warehouse) -> dict[str, str]:
    """The variables of a Dagster process on this project; prepares the folder and the storage schema."""
    folder = dagster_home()
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix="dagster.yaml.", delete=False) as whole:  # others start at the same time
        whole.write((PROJECT / "dagster.yaml").read_bytes())
    Path(whole.name).replace(folder / "dagster.yaml")
    is_elsewhere = bool(os.environ.get("DAGSTER_POSTGRES_URL", "").strip())
    variables = {"DAGSTER_HOME": str(folder), "DAGSTER_POSTGRES_URL": warehouse.dagster_storage_url(target)}
    if not is_elsewhere:
        _set_up_storage(target, variables)
    return variables


@contextmanager
def opened(target: Warehouse) -> Iterator[DagsterInstance]:
    """The instance, with its environment set for this process and its children."""
    os.environ.update(environment(target))
    with DagsterInstance.get() as instance:
        hold_sessions(instance)
        yield instance


@contextmanager
def standing(target: Warehouse) -> Iterator[DagsterInstance | None]:
    """The instance if there is one already, for looking at it; None where Dagster never ran, and nothing is made."""
    is_elsewhere = bool(os.environ.get("DAGSTER_POSTGRES_URL", "").strip())
    with warehouse.connect(target) as db:
        state = db.execute("select obj_description(to_regnamespace('dagster'), 'pg_namespace')").fetchone()
    if is_elsewhere or state == (READY,):
        with opened(target) as instance:
            yield instance
    else:
        yield None


def hold_sessions(instance: DagsterInstance) -> None:
    """What the webserver does as well: else each of a run's thousands of events opens a session of its own."""
    if instance not in _HOLDING:
        _HOLDING.add(instance)
        instance.optimize_for_webserver(statement_timeout=0, pool_recycle=600, max_overflow=20)


def _set_up_storage(target: Warehouse, variables: dict[str, str]) -> None:
    """Let Dagster make its tables once and whole; what a killed first start left half made is made anew.

    Dagster makes them one by one and takes the first of them for all. A schema that is not ours is left as it is.
    """
    schema = sql.Identifier(warehouse.DAGSTER_SCHEMA)
    with warehouse.connect(target) as db:
        db.execute("select pg_advisory_lock(hashtextextended('leadline-dagster-storage', 0))")  # till this session ends
        found = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s"
        state = (db.execute(found, [warehouse.DAGSTER_SCHEMA]).fetchone() or (None,))[0]
        tables = "select count(*) from pg_tables where schemaname = %s"
        is_empty = db.execute(tables, [warehouse.DAGSTER_SCHEMA]).fetchone() == (0,)
        if state != SETTING_UP and not is_empty:
            return
        with db.transaction():
            db.execute(sql.SQL("drop schema if exists {} cascade").format(schema))
            db.execute(sql.SQL("create schema {}").format(schema))
            db.execute(sql.SQL("comment on schema {} is {}").format(schema, sql.Literal(SETTING_UP)))
        os.environ.update(variables)
        with DagsterInstance.get():
            db.execute(sql.SQL("comment on schema {} is {}").format(schema, sql.Literal(READY)))
