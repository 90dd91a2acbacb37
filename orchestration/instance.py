"""Dagster's instance: its folder, its storage in Postgres, and the environment that every Dagster process needs.

Belongs here: preparing and opening the instance. Does not: what runs on it (`job_run.py`).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from dagster import DagsterInstance

from connectors.registry import Warehouse, warehouse
from orchestration.paths import PROJECT, dagster_home


def environment(target: Warehouse) -> dict[str, str]:
    """The variables of a Dagster process on this project; prepares the folder and the storage schema."""
    folder = dagster_home()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", folder / "dagster.yaml")
    return {"DAGSTER_HOME": str(folder), "DAGSTER_POSTGRES_URL": warehouse.dagster_storage_url(target)}


@contextmanager
def opened(target: Warehouse) -> Iterator[DagsterInstance]:
    """The instance, with its environment set for this process and its children."""
    os.environ.update(environment(target))
    with DagsterInstance.get() as instance:
        yield instance
