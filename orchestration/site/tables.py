"""Tables: what a template needs of an answer, cell by cell, with where each number comes from.

Belongs here: cells. Does not: their markup (`templates/`), what is asked (`pages/`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from orchestration.site.answers import Answer, Row
from orchestration.site.formats import Formats
from orchestration.site.questions import Chart, Column, Unit

MOST_STEPS = 12
HEAT_STEPS = 9


@dataclass(frozen=True)
class Cell:
    """A value as it reads, and as it is (`exact`, for sorting and for proof); `heat` colours it, 0 to 9."""

    text: str
    exact: str
    column: Column
    heat: int | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Heads, rows of cells, the row of all groups; `keys` name each row's group for proof."""

    mart: str
    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    keys: list[str]
    total: list[Cell] | None


def table(answer: Answer, formats: Formats, grain: str, chart: Chart | None = None) -> Table:
    """The answer's cells."""
    heated = chart.series if chart is not None and chart.kind == "heat" else ()
    named = [column for column in answer.columns if not column.is_number]
    return Table(
        answer.mart,
        answer.columns,
        [_cells(answer.columns, row, formats, grain, heated) for row in answer.rows],
        [json.dumps({column.name: _exact(row[column.name]) for column in named}) for row in answer.rows],
        _total(answer, formats, grain),
    )


def _cells(columns: Sequence[Column], row: Row, formats: Formats, grain: str, heated: Sequence[str] = ()) -> list[Cell]:
    return [
        Cell("", "", column, steps=_steps(row[column.name]))
        if column.unit is Unit.JOURNEY
        else Cell(
            formats.value(row[column.name], column, row.get("currency"), grain),
            _exact(row[column.name]),
            column,
            _heat(row[column.name]) if column.name in heated else None,
        )
        for column in columns
    ]


def _total(answer: Answer, formats: Formats, grain: str) -> list[Cell] | None:
    if answer.total is None:
        return None
    cells = _cells(answer.columns, answer.total, formats, grain)
    groups = [place for place, column in enumerate(answer.columns) if not column.is_number]
    for place in groups:
        cells[place] = Cell("All" if place == 0 else "", "", answer.columns[place])
    return cells


def _heat(value: Any) -> int | None:
    return None if value is None else min(HEAT_STEPS, int(float(value) * (HEAT_STEPS + 1)))


def _exact(value: Any) -> str:
    return "" if value is None else str(value)


def _steps(journey: str | None) -> tuple[str, ...]:
    """A journey up to its first order, in a few words each; touches of one channel that follow each other are one."""
    steps: list[tuple[str, int]] = []
    for step in orjson.loads(journey or "[]"):
        is_order = step["type"] == "order"
        said = "order" if is_order else " ".join(filter(None, (step.get("channel"), step.get("campaign"))))
        if steps and steps[-1][0] == said:
            steps[-1] = (said, steps[-1][1] + 1)
        else:
            steps.append((said, 1))
        if is_order:
            break
    words = [said if times == 1 else f"{said} ×{times}" for said, times in steps]
    return tuple(words if len(words) <= MOST_STEPS else [*words[: MOST_STEPS - 2], "…", words[-1]])
