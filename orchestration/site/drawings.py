"""A block's answer as its chart: which values go where, and the sentence that says it to who cannot see it.

Belongs here: from rows to a drawing. Does not: SVG (`charts.py`), the table beside it (`tables.py`).
"""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from orchestration.site import charts
from orchestration.site.answers import Answer, Row
from orchestration.site.formats import Formats
from orchestration.site.questions import Block, Chart, Column, Unit

MOST_RANKED = 12


def drawn(block: Block, answer: Answer, formats: Formats, grain: str) -> Markup:
    """The chart of a block; nothing for one without, for a heat table (its table is the chart), or without rows."""
    chart = block.chart
    if chart is None or chart.kind == "heat" or answer.is_empty:
        return Markup("")
    columns = [next(column for column in answer.columns if column.name == name) for name in chart.series]
    if chart.kind == "funnel":
        return _funnel(block, columns, answer.rows[0], formats)
    if chart.kind == "ranked":
        return _ranked(block, columns, answer, formats)
    return _along_time(block, chart, columns, answer, formats, grain)


def _along_time(
    block: Block, chart: Chart, columns: Sequence[Column], answer: Answer, formats: Formats, grain: str
) -> Markup:
    starts = [row[answer.columns[0].name] for row in answer.rows]
    series = [
        charts.Series(
            column.title,
            color,
            [_number(row[column.name]) for row in answer.rows],
            column.name in chart.below,
            column.missing,
        )
        for color, column in enumerate(columns, start=1)
    ]
    unit = columns[0].unit
    plot = charts.Plot(
        name=f"chart-{block.name}",
        title=block.title,
        description=_told(columns, answer, formats, grain),
        labels=[formats.period(start, grain) for start in starts],
        ticks=[formats.tick(start) for start in starts],
        short=lambda value: formats.short(value, unit),
        written=lambda value: formats.number(Decimal(str(value)), unit),
    )
    return charts.lines(plot, series) if chart.kind == "lines" else charts.stacked(plot, series)


def _told(columns: Sequence[Column], answer: Answer, formats: Formats, grain: str) -> str:
    """First, last, highest and lowest of each series, in words."""
    period = answer.columns[0].name
    sentences = []
    for column in columns:
        known = [row for row in answer.rows if row[column.name] is not None]
        if not known:
            continue
        most, least = (pick(known, key=lambda row: row[column.name]) for pick in (max, min))
        first, last = known[0], known[-1]
        sentences.append(
            f"{column.title}: {formats.value(first[column.name], column)} in {formats.period(first[period], grain)},"
            f" {formats.value(last[column.name], column)} in {formats.period(last[period], grain)}; highest"
            f" {formats.value(most[column.name], column)} in {formats.period(most[period], grain)}, lowest"
            f" {formats.value(least[column.name], column)} in {formats.period(least[period], grain)}."
        )
    return " ".join(sentences)


def _ranked(block: Block, columns: Sequence[Column], answer: Answer, formats: Formats) -> Markup:
    """Bars by group, all on one scale; the table below has the groups beyond the first dozen."""
    groups = [column for column in answer.columns if not column.is_number or column.unit is Unit.COUNT][:1]
    rows = answer.rows[:MOST_RANKED]
    most = max((_number(row[column.name]) or 0.0 for row in rows for column in columns), default=0.0)
    items = []
    for row in rows:
        bars = Markup("").join(
            Markup("<span>{}{}</span>").format(
                charts.bar(_number(row[column.name]) or 0.0, most, color), formats.value(row[column.name], column)
            )
            for color, column in enumerate(columns, start=1)
        )
        name = " · ".join(formats.value(row[column.name], column) for column in groups)
        items.append(Markup("<li><b>{}</b><div>{}</div></li>").format(name, bars))
    return _list(block, columns, items, answer, formats)


def _funnel(block: Block, columns: Sequence[Column], row: Row, formats: Formats) -> Markup:
    """A bar per step, with its share of the first."""
    first = _number(row[columns[0].name]) or 0.0
    items = []
    for color, column in enumerate(columns, start=1):
        value = _number(row[column.name]) or 0.0
        share = f" ({formats.number(Decimal(str(value / first)), Unit.SHARE)})" if first and color > 1 else ""
        said = Markup("<span>{}{}{}</span>").format(
            charts.bar(value, first, color), formats.value(row[column.name], column), share
        )
        items.append(Markup("<li><b>{}</b><div>{}</div></li>").format(column.title, said))
    return Markup('<ul class="ranked" aria-label="{}">{}</ul>').format(block.title, Markup("").join(items))


def _list(block: Block, columns: Sequence[Column], items: list[Markup], answer: Answer, formats: Formats) -> Markup:
    legend = Markup("").join(
        Markup(
            '<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="c{}" width="10"'
            ' height="10"/></svg>{}</li>'
        ).format(color, column.title)
        for color, column in enumerate(columns, start=1)
    )
    more = len(answer.rows) + answer.omitted - len(items)
    note = Markup('<p class="note">The first {} of {}; the table has more.</p>').format(
        formats.number(Decimal(len(items)), Unit.COUNT), formats.number(Decimal(len(items) + more), Unit.COUNT)
    )
    return Markup('<ul class="legend">{}</ul><ul class="ranked" aria-label="{}">{}</ul>{}').format(
        legend, block.title, Markup("").join(items), note if more > 0 else ""
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
