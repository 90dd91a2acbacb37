"""Pictures for the Dagster UI: a few numbers by day as SVG, small enough to lie in the event log.

Belongs here: drawing. Does not: which numbers (`report_figures.py`), pictures for readers of reports.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from dagster import MetadataValue

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 44, 24
COLOURS = ("#2f6fdb", "#e08a1e", "#1f9d6b", "#c2417a", "#7a5bd0", "#5a6b7b")
FONT = 'font-family="sans-serif" font-size="11"'


@dataclass(frozen=True)
class Chart:
    """Series of numbers over the same days, by name; `title` says what and in which unit."""

    title: str
    days: Sequence[date]
    series: Mapping[str, Sequence[float]]

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not self.days or not self.series or len(self.series) > len(COLOURS):
            raise ValueError(f"the chart {self.title!r} has {len(self.days)} days and {len(self.series)} series")
        if any(len(values) != len(self.days) for values in self.series.values()):
            raise ValueError(f"the chart {self.title!r} has series of other lengths than its {len(self.days)} days")


def lines(chart: Chart) -> MetadataValue:
    """A line for each series."""
    values = [value for series in chart.series.values() for value in series]
    scale = _Scale(chart.days, min(0.0, *values), max(0.0, *values))
    marks = [
        f'<path fill="none" stroke="{colour}" stroke-width="2" d="M{" ".join(points)}"/>'
        for colour, series in zip(COLOURS, chart.series.values(), strict=False)
        if (
            points := [
                f"{scale.x(day):.0f},{scale.y(value):.0f}" for day, value in zip(chart.days, series, strict=True)
            ]
        )
    ]
    return _picture(chart, scale, marks)


def bars(chart: Chart) -> MetadataValue:
    """A bar for each day: what is positive stacked upwards, what is negative downwards."""
    columns = list(zip(*chart.series.values(), strict=True))
    lowest = min(sum(value for value in column if value < 0) for column in columns)
    highest = max(sum(value for value in column if value > 0) for column in columns)
    scale = _Scale(chart.days, float(lowest), float(highest))
    width = max(1.0, (WIDTH - LEFT - RIGHT) / scale.span * 0.8)
    ups, downs = [0.0] * len(columns), [0.0] * len(columns)
    marks = []
    for colour, series in zip(COLOURS, chart.series.values(), strict=False):
        path = []
        for at, value in enumerate(series):
            if value:
                stack = ups if value > 0 else downs
                below, stack[at] = stack[at], stack[at] + value
                top, bottom = scale.y(stack[at]), scale.y(below)
                path.append(
                    f"M{scale.x(chart.days[at]) - width / 2:.0f} {bottom:.0f}h{width:.1f}V{top:.0f}h-{width:.1f}z"
                )
        marks.append(f'<path fill="{colour}" d="{"".join(path)}"/>')
    return _picture(chart, scale, marks)


class _Scale:
    """Where days and values lie, in pixels."""

    def __init__(self, days: Sequence[date], lowest: float, highest: float) -> None:
        self.first, self.span = min(days), (max(days) - min(days)).days + 1
        self.lowest, self.highest = lowest, highest if highest > lowest else lowest + 1

    def x(self, day: date) -> float:
        """The middle of the day."""
        return LEFT + ((day - self.first).days + 0.5) * (WIDTH - LEFT - RIGHT) / self.span

    def y(self, value: float) -> float:
        """The height of the value; pixels count from the top."""
        return TOP + (self.highest - value) / (self.highest - self.lowest) * (HEIGHT - TOP - BOTTOM)


def _picture(chart: Chart, scale: _Scale, marks: Sequence[str]) -> MetadataValue:
    """The whole SVG as an image inside Markdown, the one way to show a picture in an asset's metadata."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="8" y="16" {FONT} font-weight="bold">{escape(chart.title)}</text>',
        *_legend(chart),
        *(_rule(scale, value) for value in dict.fromkeys((scale.lowest, 0.0, scale.highest))),
        *marks,
        f'<text x="{LEFT}" y="{HEIGHT - 8}" {FONT}>{min(chart.days)}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end" {FONT}>{max(chart.days)}</text>',
        "</svg>",
    ]
    address = f"data:image/svg+xml;base64,{b64encode(''.join(parts).encode()).decode()}"
    return MetadataValue.md(f"![{chart.title}]({address})")


def _legend(chart: Chart) -> list[str]:
    step = (WIDTH - 16) / len(chart.series)
    return [
        f'<rect x="{8 + at * step:.0f}" y="24" width="9" height="9" fill="{COLOURS[at]}"/>'
        f'<text x="{21 + at * step:.0f}" y="33" {FONT}>{escape(name)}</text>'
        for at, name in enumerate(chart.series)
    ]


def _rule(scale: _Scale, value: float) -> str:
    y = scale.y(value)
    return (
        f'<path stroke="#d5dae0" d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end" {FONT}>{_short(value)}</text>'
    )


def _short(value: float) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.3g}"
