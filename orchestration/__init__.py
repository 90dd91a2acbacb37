"""Dagster starts, paces, watches and checks the syncs and the dbt build; it re-exports nothing."""
