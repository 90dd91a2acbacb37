"""How old a raw table may grow before it is overdue: from its connector's cadence.

Belongs here: the rule. Does not: when syncs run (`automation/`), what is said of a stale connection (`problems.py`).
"""

from datetime import timedelta

from dagster import FreshnessPolicy

from connectors.registry import Connector, examined

WARN_AFTER, FAIL_AFTER = 4, 8
"""Syncs that did not come: one may fail and be retried, and a history may hold up the next."""

LEAST = timedelta(hours=1)
"""Nobody is called because a minute's sync was half an hour late."""

NIGHTLY = timedelta(hours=26)
"""What is only synced when its vendor has news is swept every night, and a sweep takes its time."""


def windows(connector: Connector) -> tuple[timedelta, timedelta]:
    """After what time without a sync the connector's tables are late, and after what time overdue."""
    if connector.news:
        return NIGHTLY, NIGHTLY + WARN_AFTER * LEAST
    warn = max(LEAST, WARN_AFTER * connector.cadence)
    return warn, max(2 * LEAST, FAIL_AFTER * connector.cadence)


def policy(connector: Connector) -> FreshnessPolicy | None:
    """The policy of its tables; None while no account of it is connected, for nothing is expected of them then."""
    if connector.name not in {connection.connector for connection in examined().on}:
        return None
    warn, fail = windows(connector)
    return FreshnessPolicy.time_window(fail_window=fail, warn_window=warn)
