"""Assets: raw tables from the connectors, models and checks from dbt; it re-exports nothing."""
