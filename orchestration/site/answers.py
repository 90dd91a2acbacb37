"""What the marts answer: the pages' queries run in one snapshot, as rows of plain values.

Belongs here: asking, nothing but `marts` and `reports`. Does not: what is asked (`pages/`), how it looks (`render.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from orchestration.site import period
from orchestration.site.questions import NO_RATE, Column, Kpi, Ledger, Page, Query, Unit

Row = dict[str, Any]
Db = psycopg.Connection[Any]

REACH = """
select min(period_start) as first, max(period_start) as last
from reports.rpt_kpis where grain = 'day'
"""
KPIS = """
select distinct on (grain, kpi)
    kpi, grain, period_start, value, previous_value, change, is_complete
from reports.rpt_kpis
where report = %(report)s and kpi = any(%(kpis)s) and period_start <= %(until)s
order by grain, kpi, is_complete desc, period_start desc
"""
MATCHED = """
select sum(orders) as orders, sum(orders_matched) as orders_matched
from reports.rpt_orders_daily
"""
DIFFERENCES = """
select count(*) as lines, count(*) filter (where difference_minor <> 0) as differing
from reports.rpt_reconciliation
"""
COMMENTS = """
select n.nspname || '.' || c.relname as mart, a.attname as column_name,
    col_description(c.oid, a.attnum) as comment
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in ('marts', 'reports') and col_description(c.oid, a.attnum) is not null
"""


@dataclass(frozen=True)
class Answer:
    """The rows of a query, the total over all groups apart, and the text that was run."""

    columns: tuple[Column, ...]
    mart: str
    text: str
    rows: list[Row]
    total: Row | None = None
    omitted: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: no row, or nothing but zeros counted; an unknown amount is something."""
        counted = [column for column in self.columns if column.is_number]
        return not any(
            row[column.name] or (row[column.name] is None and column.missing == NO_RATE)
            for row in self.rows
            for column in counted
        )


@dataclass(frozen=True)
class KpiValue:
    """A KPI in the last complete period of a grain (the running one where none is complete), beside the one before."""

    report: str
    kpi: Kpi
    grain: str
    period_start: date
    value: Decimal | None
    previous_value: Decimal | None
    change: Decimal | None
    is_complete: bool


@dataclass(frozen=True)
class Standing:
    """What says how far the numbers can be trusted, as far as the reports know it."""

    orders: int
    orders_matched: int
    lines: int
    differing: int

    @property
    def match_rate(self) -> Decimal | None:
        """Orders with a known person ÷ orders; None without any."""
        return Decimal(self.orders_matched) / self.orders if self.orders else None


class Marts:
    """The marts in one snapshot: asked within a transaction that the caller holds, so that no page knows more than
    another. `model` is the setting's attribution model."""

    def __init__(self, db: Db, model: str) -> None:
        """Find out how far the data reach. Raises `psycopg.errors.UndefinedTable` where nothing was built yet."""
        self._db = db
        reach = self._rows(REACH, {})[0]
        self.is_young = reach["first"] is None
        today = self._rows("select current_date as today", {})[0]["today"]
        self.first, self.last = reach["first"] or today, reach["last"] or today
        self.period = period.chosen(self.first, self.last)
        self._parameters: dict[str, Any] = {**self.period.parameters, "model": model}
        self.meanings = {(row["mart"], row["column_name"]): row["comment"] for row in self._rows(COMMENTS, {})}

    def ask(self, query: Query) -> Answer:
        """The groups of a query, at most its limit, with what stands beside them."""
        text = self._text(query.sql(), self._parameters)
        rows = self._rows(text, None)
        total = None
        if query.has_total:
            total = next((row for row in rows if row["is_total"]), None)
            rows = [row for row in rows if not row["is_total"]]
        if query.is_series:
            rows = self._without_gaps(query, rows)
        limit = query.limit or len(rows)
        return Answer(query.columns, query.mart, text, rows[:limit], total, max(0, len(rows) - limit))

    def ledger(self, ledger: Ledger) -> Answer:
        """The first rows of a ledger."""
        text = self._text(ledger.sql(), self._parameters)
        return Answer(ledger.columns, ledger.mart, text, self._rows(text, None))

    def kpis(self, page: Page) -> list[KpiValue]:
        """Each KPI of a page in each grain."""
        names = [kpi.name for kpi in page.kpis]
        found = self._rows(KPIS, {**self._parameters, "report": page.report, "kpis": names})
        rows = {(row["grain"], row["kpi"]): row for row in found}
        return [
            KpiValue(
                report=page.report,
                kpi=kpi,
                **{name: value for name, value in rows[grain, kpi.name].items() if name != "kpi"},
            )
            for grain in ("month", "week", "day")
            for kpi in page.kpis
            if (grain, kpi.name) in rows
        ]

    def standing(self) -> Standing:
        """Match rate and reconciliation."""
        matched, differences = self._rows(MATCHED, {})[0], self._rows(DIFFERENCES, {})[0]
        return Standing(
            int(matched["orders"] or 0),
            int(matched["orders_matched"] or 0),
            differences["lines"],
            differences["differing"],
        )

    def _without_gaps(self, query: Query, rows: list[Row]) -> list[Row]:
        """A row for every period up to the last one charted: where nothing was, nothing was counted."""
        if not rows:
            return []
        held = {row[query.by[0].name]: row for row in rows}
        nothing: Mapping[str, Any] = {
            column.name: Decimal(0) if column.unit in (Unit.COUNT, Unit.MONEY) else None for column in query.measures
        }
        return [held.get(start, {query.by[0].name: start, **nothing}) for start in self.period.starts()]

    def _text(self, text: str, parameters: Mapping[str, Any]) -> str:
        """The statement as it can be typed into psql: what is run is what is shown."""
        return psycopg.ClientCursor(self._db).mogrify(text, parameters)

    def _rows(self, text: str, parameters: Mapping[str, Any] | None) -> list[Row]:
        with psycopg.ClientCursor(self._db, row_factory=dict_row) as cursor:
            return cursor.execute(text.encode(), parameters).fetchall()
