"""Databases for the site's own small worlds: the fixtures of the models' tests."""

from tests.dbt_project.conftest import dbt, new_database

__all__ = ["dbt", "new_database"]
