"""dbt for the site's own small world, as the models' tests run it."""

from tests.dbt_project.conftest import dbt

__all__ = ["dbt"]
