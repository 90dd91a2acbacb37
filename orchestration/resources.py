"""Dagster resources: the warehouse, and dbt pointed at it. Secrets are resolved when used, never at import.

Belongs here: what assets ask for by name. Does not: what they do with it (`assets/`).
"""

import os

from dagster import ConfigurableResource
from dagster_dbt import DbtCliResource

from connectors.registry import Warehouse, warehouse
from orchestration import manifest
from orchestration.paths import DBT_PROJECT
from orchestration.settings import AccountSettings

BUILD = "leadline-build"
"""The lock's name and dbt's application name: two builds at once would swap each other's tables away."""


class WarehouseResource(ConfigurableResource):
    """The Postgres everything lands in: `WAREHOUSE_URL`, else the embedded one, started when first asked for."""

    def resolve(self) -> Warehouse:
        """Its address. Raises `ConfigError` when it cannot be had."""
        return warehouse.resolve()


def dbt_environment(target: Warehouse) -> dict[str, str]:
    """Every variable the dbt project reads: the warehouse, the account settings, what names the models' code.

    Raises `ConfigError`.
    """
    return {
        **warehouse.dbt_environment(target),
        **AccountSettings.from_environment().dbt_environment(),
        "LEADLINE_PROJECT": manifest.code(),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def build_environment(target: Warehouse) -> dict[str, str]:
    """The same for a build, whose sessions bear its name. Raises `ConfigError`."""
    return {**dbt_environment(target), "LEADLINE_PG_APPLICATION": BUILD}


def dbt_resource() -> DbtCliResource:
    """dbt on this project; the asset hands it the warehouse through `dbt_environment` when it runs."""
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    return DbtCliResource(
        project_dir=str(DBT_PROJECT), profiles_dir=str(DBT_PROJECT), dbt_executable=manifest.dbt_program()
    )
