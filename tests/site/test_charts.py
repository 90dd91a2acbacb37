"""Charts draw what they are given: lengths are values, what hangs below zero hangs, what is not known leaves a gap."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from orchestration.site import charts, scale
from orchestration.site.questions import Chart, Query, count

PLOT = charts.Plot("c", "A <title>", "In & words", ["one", "two", "three"], ["1", "2", "3"], str, str)
NUMBERS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False).filter(
    lambda value: abs(value) > 1e-6 or value == 0
)


@given(st.lists(NUMBERS, max_size=20))
def test_a_scale_holds_every_value_and_zero_in_a_few_even_steps(values: list[float]) -> None:
    axis = scale.holding(values)
    assert all(axis.low <= value <= axis.high for value in [0.0, *values])
    ticks = axis.ticks()
    assert 2 <= len(ticks) <= 7
    assert ticks[0] == axis.high
    assert ticks[-1] == pytest.approx(axis.low, abs=axis.step / 1e6)


def bars(drawn: Markup) -> list[tuple[int, float, float]]:
    """Colour, top and height of each bar."""
    found = re.findall(r'<rect class="c(\d)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/>', drawn)
    return [(int(color), float(top), float(height)) for color, top, height in found]


def test_stacked_bars_are_as_long_as_their_values_and_hang_below_zero_where_they_take_away() -> None:
    came = charts.Series("Came", 1, [30.0, 0.0, 10.0])
    more = charts.Series("More", 2, [10.0, None, 0.0], missing="no rate")
    went = charts.Series("Went", 3, [20.0, 5.0, 0.0], is_below=True)
    drawn = charts.stacked(PLOT, [came, more, went])
    axis = scale.holding([40.0, -20.0])
    unit, zero = charts.HEIGHT / (axis.high - axis.low), axis.place(0, charts.HEIGHT)
    lengths = [(color, height / unit) for color, _, height in bars(drawn)]
    assert lengths == [
        (color, pytest.approx(value, abs=0.1)) for color, value in [(1, 30), (2, 10), (3, 20), (3, 5), (1, 10)]
    ]
    for color, top, height in bars(drawn):
        assert (top >= zero) if color == 3 else (top + height <= zero)
    assert "More: no rate" in drawn


def test_a_line_leaves_a_gap_where_nothing_is_known() -> None:
    drawn = charts.lines(PLOT, [charts.Series("Known", 1, [1.0, None, 2.0])])
    [path] = re.findall(r'<path class="line l1" d="([^"]+)"', drawn)
    assert path.count("M") == 2
    assert "area" not in drawn
    assert charts.lines(PLOT, [charts.Series("Known", 1, [1.0, 3.0, 2.0])]).count('class="area') == 1


def test_words_in_a_chart_are_escaped_and_said_to_who_cannot_see_it() -> None:
    drawn = charts.lines(PLOT, [charts.Series("<b>", 1, [1.0, 3.0, 2.0])])
    assert '<title id="c-t">A &lt;title&gt;</title><desc id="c-d">In &amp; words</desc>' in drawn
    assert 'role="img" aria-labelledby="c-t c-d"' in drawn
    assert "<b>" not in drawn


def test_a_chart_or_a_query_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="no chart 'pie'"):
        Chart("pie", ("leads",))
    with pytest.raises(ValueError, match="needs measures"):
        Query("reports.rpt_kpis", (), ())
    with pytest.raises(ValueError, match="groups where it has a total"):
        Query("reports.rpt_kpis", (), (count("leads", "Leads"),), has_total=True)
