"""Where a build spends its time: its longest models and checks.

Belongs here: what dbt says of a build that ended. Does not: running it (`attribution.py`, `reports.py`).
"""

from typing import Any

from tests.bench.table import Table

SHOWN = 10


def add_longest(table: Table, result: Any, of: str) -> None:
    """A row for each of the longest, with its seconds and its share of the seconds of all; several run at a time."""
    took = sorted(((run.execution_time, run.node.name) for run in result.result), reverse=True)
    whole = sum(seconds for seconds, _ in took)
    for seconds, name in took[:SHOWN]:
        table.add(f"- {of}: {name}", f"{seconds:.1f} s, {seconds / whole:.0%}")
