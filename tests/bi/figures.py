"""The figures of a chart as they are compared: by period and split, whoever told them.

Belongs here: what the marts hold of a chart, and when two sets of figures are the same. Does not: the SQL
(`answers.py`).
"""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.bi.answers import ANSWERS
from tests.bi.dashboards import Chart

Figures = dict[tuple[Any, ...], tuple[float | None, ...]]


def keys_of(chart: Chart) -> list[str]:
    """What tells the rows of a chart apart: the period first."""
    return [*(["report_date"] if chart.grain else []), *chart.by]


def held_of(url: str, dashboard: str, chart: Chart) -> Figures:
    """What the marts hold of a chart, asked as the reading role."""
    return asked(url, ANSWERS[dashboard][chart.title], len(keys_of(chart)))


def asked(url: str, query: str, keys: int) -> Figures:
    """The figures that a query tells the reading role after as many keys."""
    with psycopg.connect(url) as db:
        db.execute("set role leadline_reader")
        db.execute("set timezone to 'UTC'")
        return figures(db.execute(query.encode()), keys)


def figures(rows: Iterable[Sequence[Any]], keys: int) -> Figures:
    """The figures of each period and split; rows in which all are zero say nothing on either side."""
    found = {
        tuple(_key(value) for value in row[:keys]): tuple(None if v is None else float(v) for v in row[keys:])
        for row in rows
    }
    return {key: values for key, values in found.items() if any(value != 0 for value in values)}


def are_equal(some: Sequence[float | None], others: Sequence[float | None]) -> bool:
    """Whether they are the same numbers, up to what a float loses; nothing is nothing but itself."""
    return len(some) == len(others) and all(
        one is other if one is None or other is None else math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
        for one, other in zip(some, others, strict=True)
    )


def _key(value: Any) -> Any:
    """Superset tells a day as milliseconds since 1970."""
    return datetime.fromtimestamp(value / 1000, UTC).date() if isinstance(value, int | float) else value
