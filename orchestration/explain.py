"""`leadline explain`: a figure of a daily report, the ledger rows it is made of, and the raw rows those come from.

Belongs here: asking and printing. Does not: what a figure is made of (`explain_measures.py`), where raw rows lie
(`raw_rows.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from connectors.registry import ConfigError, Warehouse
from orchestration import raw_rows
from orchestration.explain_ledgers import Measure
from orchestration.explain_measures import REPORTS
from orchestration.settings import AccountSettings

Db = psycopg.Connection[dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """A report, one of its measures, a day, and the dimensions that narrow it."""

    report: str
    measure: str
    day: date
    filters: Mapping[str, str]

    def made_of(self) -> Measure:
        """What the figure is made of. Raises `ConfigError` for what no report has."""
        if self.report not in REPORTS:
            raise ConfigError(f"There is no daily report {self.report!r}; there are {', '.join(REPORTS)}.")
        measures = REPORTS[self.report]
        if self.measure not in measures:
            raise ConfigError(f"{self.report} has no measure {self.measure!r}; it has {', '.join(measures)}.")
        known = measures[self.measure].ledger.dimensions
        for name in self.filters:
            if name not in known:
                raise ConfigError(f"{self.measure} cannot be narrowed by {name!r}; it can by {', '.join(known)}.")
        return measures[self.measure]

    def ledger_query(self) -> str:
        """The documented query of the rows behind the figure."""
        made_of = self.made_of()
        # What follows no dimensions stands in the row of a day that has no labels, and in no other.
        named = "{} = %({})s" if made_of.follows_dimensions else "%({1})s = '(none)'"
        conditions = [made_of.where, *(named.format(name, name) for name in self.filters)]
        return f"from {made_of.ledger.table} where {' and '.join(conditions)}"

    def values(self) -> dict[str, Any]:
        """What the queries' names stand for."""
        timezone = AccountSettings.from_environment().values["REPORT_TIMEZONE"]
        return {"day": self.day, "timezone": timezone, **self.filters}


def cells(db: Db, question: Question) -> list[dict[str, Any]]:
    """The rows of the daily report, each with its dimensions and the figure."""
    dimensions = sql.SQL(", ").join(map(sql.Identifier, question.made_of().ledger.dimensions))
    narrowed = [
        sql.SQL(" and {} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in question.filters
    ]
    query = sql.SQL("select {}, {} as figure from {} where report_date = %(day)s{} order by {}").format(
        dimensions,
        sql.Identifier(question.measure),
        sql.Identifier("reports", f"rpt_{question.report}_daily"),
        sql.SQL("").join(narrowed),
        dimensions,
    )
    return db.execute(query, question.values()).fetchall()


def total(db: Db, question: Question) -> Any:
    """The figure, computed from the ledger."""
    made_of = question.made_of()
    if made_of.is_per_cell and len(question.filters) < len(made_of.ledger.dimensions):
        narrowed = ({name: cell[name] for name in made_of.ledger.dimensions} for cell in cells(db, question))
        parts = [total(db, replace(question, filters=filters)) for filters in narrowed]
        return None if None in parts else sum(parts)
    row = db.execute(f"select {made_of.total} as total {question.ledger_query()}", question.values()).fetchone()
    return row["total"] if row else None


def rows(db: Db, question: Question, limit: int) -> list[dict[str, Any]]:
    """The first ledger rows behind the figure."""
    ledger = question.made_of().ledger
    return db.execute(
        f"select * {question.ledger_query()} order by {', '.join(ledger.keys)} limit {limit:d}", question.values()
    ).fetchall()


def text(target: Warehouse, question: Question, with_raw: bool, limit: int) -> str:
    """The whole answer, as lines to print. Raises `ConfigError` when nothing was built yet."""
    question.made_of()
    with psycopg.connect(target.url, row_factory=dict_row) as db:
        if not _exists(db, f"reports.rpt_{question.report}_daily"):
            raise ConfigError("The reports were not built yet: run `leadline sync`.")
        return "\n".join(_lines(db, question, with_raw, limit))


def _exists(db: Db, table: str) -> bool:
    row = db.execute("select to_regclass(%s) is not null as does", (table,)).fetchone()
    return bool(row and row["does"])


def _lines(db: Db, question: Question, with_raw: bool, limit: int) -> list[str]:
    made_of = question.made_of()
    counted = db.execute(f"select count(*) as n {question.ledger_query()}", question.values()).fetchone()
    behind = counted["n"] if counted else 0
    lines = [f"{question.report} {question.measure} of {question.day}, in reports.rpt_{question.report}_daily:"]
    lines += [f"  {_written(cell)}" for cell in cells(db, question)] or ["  no row: nothing was counted"]
    lines.append(f"From the ledger: {total(db, question)}, over {behind} rows of")
    lines.append(f"  {_readable(db, question)}")
    for row in rows(db, question, limit):
        lines.append(f"  {_written({name: row[name] for name in made_of.ledger.shown})}")
        if with_raw:
            lines += [f"    {_raw(raw)}" for raw in raw_rows.behind(db, made_of.ledger.raw, row)]
    if behind > limit:
        lines.append(f"  … and {behind - limit} more; --limit shows them")
    return lines


def _readable(db: Db, question: Question) -> str:
    return psycopg.ClientCursor(db).mogrify(f"select * {question.ledger_query()}", question.values())


def _written(row: Mapping[str, Any]) -> str:
    return "  ".join(f"{name}={value}" for name, value in row.items() if value is not None)


def _raw(row: raw_rows.RawRow) -> str:
    return (
        f"{row.table} {row.connection} {row.id} version={row.version} synced_at={row.synced_at}"
        f" _dlt_load_id={row.dlt_load_id}"
    )
