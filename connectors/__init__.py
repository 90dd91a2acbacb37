"""Vendor APIs into raw tables with plain dlt; knows nothing of Dagster or dbt. Enter by `connectors.registry`."""
