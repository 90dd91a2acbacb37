"""Charts as inline SVG: lines, stacked bars with parts below zero, sparklines, and the bars of a ranking.

Belongs here: numbers and words in, markup out, with a title and a description in words. Does not: what is drawn
(`drawings.py`). A plot is stretched to any width; its words stand beside it in HTML, so that they stay readable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from orchestration.site import scale

WIDTH, HEIGHT = 1000, 220
MOST_TICKS = 5
Write = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One line or one colour of bars: `color` is 1 to 5, a value None where it is not known, which `missing` says."""

    title: str
    color: int
    values: Sequence[float | None]
    is_below: bool = False
    missing: str = "–"


@dataclass(frozen=True)
class Plot:
    """What a chart says in words, and along its axes; `ticks` are the periods, `written` a value in full."""

    name: str
    title: str
    description: str
    labels: Sequence[str]
    ticks: Sequence[str]
    short: Write
    written: Write


def lines(plot: Plot, series: Sequence[Series]) -> Markup:
    """A line per series, the first one with its area."""
    axis = scale.holding(value for each in series for value in each.values if value is not None)
    drawn = [_area(series[0], axis), *(_line(each, axis) for each in series)]
    return _framed(plot, series, axis, Markup("").join(drawn))


def stacked(plot: Plot, series: Sequence[Series]) -> Markup:
    """A bar per period, its parts upon each other; those of `is_below` hang below zero."""
    count = len(plot.labels)
    signed = [[_signed(each, place) for each in series] for place in range(count)]
    tops = [sum(value for value in values if value > 0) for values in signed]
    bottoms = [sum(value for value in values if value < 0) for values in signed]
    axis = scale.holding([*tops, *bottoms])
    slot = WIDTH / max(count, 1)
    bars = []
    for place, values in enumerate(signed):
        above = below = 0.0
        for each, value in zip(series, values, strict=True):
            start = above if value >= 0 else below
            top, bottom = sorted((axis.place(start, HEIGHT), axis.place(start + value, HEIGHT)))
            above, below = (above + value, below) if value >= 0 else (above, below + value)
            if bottom > top:
                bars.append(
                    f'<rect class="c{each.color}" x="{place * slot + slot * 0.12:.1f}" y="{top}"'
                    f' width="{slot * 0.76:.1f}" height="{bottom - top:.1f}"/>'
                )
    return _framed(plot, series, axis, Markup("".join(bars)))


def spark(values: Sequence[float | None]) -> Markup:
    """A small line without axes, for a tile; the tile says the number."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    axis = scale.holding(known)
    path = _path(values, axis)
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="line l1" d="{path}"/></svg>'
    )


def bar(value: float, most: float, color: int) -> Markup:
    """One bar of a ranking, as wide as its part of the largest."""
    width = round(max(0.0, value) / most * 100, 2) if most > 0 else 0
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="c{color}" width="{width}" height="10"/></svg>'
    )


def _framed(plot: Plot, series: Sequence[Series], axis: scale.Scale, drawn: Markup) -> Markup:
    """The plot between its axes, under its legend."""
    name = escape(plot.name)
    legend = Markup("").join(
        Markup(
            '<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="c{}" width="10"'
            ' height="10"/></svg>{}</li>'
        ).format(each.color, each.title)
        for each in series
    )
    ticks = Markup("").join(Markup("<li>{}</li>").format(plot.short(tick)) for tick in axis.ticks())
    grid = "".join(
        f'<path class="{"zero" if abs(tick) < axis.step / 2 else "grid"}" d="M0 {axis.place(tick, HEIGHT)}H{WIDTH}"/>'
        for tick in axis.ticks()
    )
    return Markup(
        '<ul class="legend" aria-hidden="true">{legend}</ul><div class="plot"><ol class="y" aria-hidden="true">{ticks}'
        '</ol><svg class="chart" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img"'
        ' aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{title}</title><desc id="{name}-d">{description}'
        "</desc>{grid}{drawn}{hovers}</svg></div>"
        '<ol class="x" aria-hidden="true">{periods}</ol>'
    ).format(
        legend=legend,
        ticks=ticks,
        width=WIDTH,
        height=HEIGHT,
        name=name,
        title=plot.title,
        description=plot.description,
        grid=Markup(grid),
        drawn=drawn,
        hovers=_hovers(plot, series),
        periods=_periods(plot.ticks),
    )


def _hovers(plot: Plot, series: Sequence[Series]) -> Markup:
    """An unseen column per period that says its values to whoever points at it."""
    slot = WIDTH / max(len(plot.labels), 1)
    columns = []
    for place, label in enumerate(plot.labels):
        said = [
            f"{each.title}: {each.missing if (value := each.values[place]) is None else plot.written(value)}"
            for each in series
        ]
        columns.append(
            Markup('<rect class="hover" x="{}" width="{}" height="{}"><title>{}</title></rect>').format(
                f"{place * slot:.1f}", f"{slot:.1f}", HEIGHT, "\n".join([label, *said])
            )
        )
    return Markup("").join(columns)


def _periods(ticks: Sequence[str]) -> Markup:
    """A few of the periods, the first and the last among them."""
    count = len(ticks)
    shown = min(count, MOST_TICKS)
    places = sorted({round(place * (count - 1) / max(shown - 1, 1)) for place in range(shown)})
    return Markup("").join(Markup("<li>{}</li>").format(ticks[place]) for place in places)


def _signed(series: Series, place: int) -> float:
    value = series.values[place] or 0.0
    return -value if series.is_below else value


def _line(series: Series, axis: scale.Scale) -> Markup:
    return Markup(f'<path class="line l{series.color}" d="{_path(series.values, axis)}"/>')


def _area(series: Series, axis: scale.Scale) -> Markup:
    """Below a line without gaps; a gap has no area."""
    if len(series.values) < 2 or None in series.values:
        return Markup("")
    zero = axis.place(0, HEIGHT)
    return Markup(
        f'<path class="area c{series.color}"'
        f' d="{_path(series.values, axis)}V{zero}H{_across(0, len(series.values))}Z"/>'
    )


def _path(values: Sequence[float | None], axis: scale.Scale) -> str:
    """From point to point; a value nobody knows leaves a gap, and one alone is a short dash."""
    parts, is_drawing = [], False
    for place, value in enumerate(values):
        if value is None:
            is_drawing = False
            continue
        x, y = _across(place, len(values)), axis.place(value, HEIGHT)
        parts.append(f"{'L' if is_drawing else 'M'}{x} {y}")
        if not is_drawing:
            parts.append("h1")
        is_drawing = True
    return "".join(parts)


def _across(place: int, count: int) -> float:
    """The middle of a period's column, where its hover column lies as well."""
    return round((place + 0.5) * WIDTH / max(count, 1), 1)
