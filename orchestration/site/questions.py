"""The shapes a page is declared in: columns, queries, charts, blocks, pages. They hold SQL text and ask nothing.

Belongs here: what may be declared, and the SELECT that follows from it. Does not: the pages (`pages/`), running
queries (`answers.py`), drawing (`charts.py`).
"""

from dataclasses import dataclass
from enum import StrEnum

IN_PERIOD = "report_date between %(since)s and %(until)s"
IN_CHART = "report_date between %(since)s and %(charted_until)s"
PERIOD_START = "cast(date_trunc(%(grain)s, report_date) as date)"


class Unit(StrEnum):
    """How a value reads."""

    COUNT = "count"
    MONEY = "money"  # major units of the report currency
    MINOR = "minor"  # minor units of the `currency` of the same row
    CURRENCY = "currency"
    SHARE = "share"  # a ratio shown in per cent
    MULTIPLE = "multiple"  # a ratio shown as 2.4×
    DAYS = "days"
    DATE = "date"
    PERIOD = "period"  # the first day of a period of the page's grain
    MONTH = "month"
    MOMENT = "moment"  # a UTC timestamp, shown in the account's zone
    JOURNEY = "journey"
    TEXT = "text"


NUMBERS = frozenset({Unit.COUNT, Unit.MONEY, Unit.MINOR, Unit.SHARE, Unit.MULTIPLE, Unit.DAYS})


@dataclass(frozen=True)
class Column:
    """One column of an answer: `sql` over the rows asked (the column of its own name unless given), and how it reads.

    `means` defines it; without, the comment of the mart's column `name` does. `missing` is what NULL says.
    """

    name: str
    title: str
    unit: Unit = Unit.TEXT
    sql: str = ""
    means: str = ""
    missing: str = "–"

    def selected(self) -> str:
        """As it stands in the SELECT."""
        return f"{self.sql} as {self.name}" if self.sql and self.sql != self.name else self.name

    @property
    def is_number(self) -> bool:
        """Whether it is counted or summed, and so is explained and proved."""
        return self.unit in NUMBERS

    @property
    def is_day(self) -> bool:
        """Whether it is a point in time, which is kept on one line."""
        return self.unit in (Unit.DATE, Unit.PERIOD, Unit.MONTH, Unit.MOMENT)


NO_RATE = "no rate"
"""What an amount says whose currency has no exchange rate: it is unknown, not nothing."""


def summed(column: str, where: str = "") -> str:
    """The sum, 0 without rows; NULL as soon as one row's value is, for an unknown amount is not a smaller one."""
    only = f" filter (where {where})" if where else ""
    return f"case when count(*){only} = count({column}){only} then coalesce(sum({column}){only}, 0) end"


def count(name: str, title: str, sql: str = "", means: str = "") -> Column:
    """A count; the sum of the mart's column of that name unless `sql` says otherwise."""
    return Column(name, title, Unit.COUNT, sql or f"coalesce(sum({name}), 0)", means)


def amount(name: str, title: str, sql: str = "", means: str = "") -> Column:
    """Money in the report currency; the sum of the mart's column of that name unless `sql` says otherwise."""
    return Column(name, title, Unit.MONEY, sql or summed(name), means, NO_RATE)


def ratio(name: str, title: str, unit: Unit, top: str, bottom: str, means: str) -> Column:
    """A quotient of two aggregates, NULL when divided by 0."""
    return Column(name, title, unit, f"{top} / nullif({bottom}, 0)", means)


@dataclass(frozen=True)
class Query:
    """Rows of a mart in groups: one row for each value of `by`, or a single one without.

    `relation` is what stands after FROM where that is more than the mart. `has_total` adds the row of all groups.
    A `is_series` query has one row per period of the page's grain, and periods without rows count 0.
    """

    mart: str
    by: tuple[Column, ...]
    measures: tuple[Column, ...]
    relation: str = ""
    where: str = IN_PERIOD
    order: str = "1"
    limit: int = 0
    has_total: bool = False
    is_series: bool = False

    def __post_init__(self) -> None:
        """Refuse a query without measures, and a total of what is not grouped."""
        if not self.measures or (self.has_total and not self.by):
            raise ValueError(f"A query of {self.mart} needs measures, and groups where it has a total.")

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, as they are shown."""
        return (*self.by, *self.measures)

    def sql(self) -> str:
        """The SELECT, with %(since)s, %(until)s, %(as_of)s and %(grain)s for the page's period."""
        places = ", ".join(str(place) for place in range(1, len(self.by) + 1))
        group = f"grouping sets (({places}), ())" if self.has_total else places
        # A total has NULL groups, and so might a group: grouping() tells them apart.
        is_total = [f"grouping({self.by[0].sql or self.by[0].name}) = 1 as is_total"] if self.has_total else []
        first = "is_total desc, " if self.has_total else ""
        lines = [
            "select",
            ",\n".join(f"    {line}" for line in [*(column.selected() for column in self.columns), *is_total]),
            f"from {self.relation or self.mart}",
            *([f"where {self.where}"] if self.where else []),
            *([f"group by {group}"] if self.by else []),
            *([f"order by {first}{self.order}"] if self.by else []),
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Ledger:
    """Single rows of a mart: the newest or largest `limit` of them."""

    mart: str
    columns: tuple[Column, ...]
    order: str
    where: str = IN_PERIOD
    limit: int = 10

    def sql(self) -> str:
        """The SELECT of the rows shown; without its last line, of all of them."""
        columns = ",\n".join(f"    {column.selected()}" for column in self.columns)
        where = f"where {self.where}\n" if self.where else ""
        return f"select\n{columns}\nfrom {self.mart}\n{where}order by {self.order}\nlimit {self.limit}"


@dataclass(frozen=True)
class Chart:
    """How a query is drawn: `lines` and `stacked` along its periods, `ranked` by its groups, `funnel`, `heat`.

    `below` names the series of `stacked` that are drawn downwards.
    """

    kind: str
    series: tuple[str, ...]
    below: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a kind nobody draws."""
        if self.kind not in ("lines", "stacked", "ranked", "funnel", "heat"):
            raise ValueError(f"There is no chart {self.kind!r}.")


@dataclass(frozen=True)
class Block:
    """A part of a page: what it shows in a sentence, its chart, its table; `empty` is what it says without rows."""

    name: str
    title: str
    text: str
    query: Query
    chart: Chart | None = None
    empty: str = "Nothing in this period."
    has_open_table: bool = True


@dataclass(frozen=True)
class Kpi:
    """A KPI of `rpt_kpis`; `means` where no column of the report's daily table bears its name."""

    name: str
    title: str
    unit: Unit
    means: str = ""


@dataclass(frozen=True)
class Page:
    """A page: the question it answers, its KPIs (of `report` in `rpt_kpis`), its blocks, the ledger behind them.

    `headlines` are the KPIs that the overview shows; `cure` tells the owner of an account without any row what to do.
    """

    name: str
    title: str
    question: str
    cure: str
    blocks: tuple[Block, ...]
    report: str = ""
    kpis: tuple[Kpi, ...] = ()
    headlines: tuple[str, ...] = ()
    ledgers: tuple[tuple[str, Ledger], ...] = ()


def kpi_series(report: str, kpis: tuple[Kpi, ...]) -> Query:
    """KPIs of a report by period: what must not be summed over days is read there as it was counted."""
    return Query(
        mart="reports.rpt_kpis",
        relation="reports.rpt_kpis",
        by=(Column("period_start", "Period", Unit.PERIOD),),
        measures=tuple(
            Column(kpi.name, kpi.title, kpi.unit, f"max(value) filter (where kpi = '{kpi.name}')", kpi.means)
            for kpi in kpis
        ),
        where=f"report = '{report}' and grain = %(grain)s and period_start between %(since)s and %(last_period)s",
    )
