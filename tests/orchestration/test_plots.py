"""Pictures in an asset's metadata: well-formed, true to the numbers, and light enough for the event log."""

import re
from base64 import b64decode
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from dagster import MetadataValue

from orchestration.assets import plots
from orchestration.assets.plots import Chart

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]
SVG = "{http://www.w3.org/2000/svg}"


def svg(picture: MetadataValue) -> ElementTree.Element:
    text = re.fullmatch(r"!\[.*\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", str(picture.value))
    assert text
    return ElementTree.fromstring(b64decode(text[1]))


def bars_of(picture: MetadataValue) -> list[str]:
    """The path of each series."""
    return [path.attrib["d"] for path in svg(picture).iter(f"{SVG}path") if "fill" in path.attrib]


def test_a_quarter_of_a_year_of_five_series_stays_under_20_kb() -> None:
    series = {f"series {n}": [123_456.78 * (n + 1) * (-1) ** n + day for day in range(90)] for n in range(5)}
    for draw in (plots.bars, plots.lines):
        assert len(str(draw(Chart("MRR movements", DAYS, series)).value)) < 20_000


def test_bars_stack_upwards_what_is_positive_and_downwards_what_is_negative() -> None:
    new, more, lost = bars_of(plots.bars(Chart("x", DAYS[:1], {"new": [10.0], "more": [30.0], "lost": [-40.0]})))
    spans = [
        [float(number) for number in re.findall(r"M[\d.]+ ([\d.]+)h.*V([\d.]+)h", path)[0]]
        for path in (new, more, lost)
    ]
    (new_from, new_to), (more_from, more_to), (lost_from, lost_to) = spans
    assert new_from == lost_from  # the zero line
    assert new_to == more_from
    assert new_from - new_to == pytest.approx((more_from - more_to) / 3, abs=1)
    assert lost_to - lost_from == pytest.approx(new_from - more_to, abs=1)


def test_days_keep_their_distance_where_some_are_missing() -> None:
    [path] = [
        path.attrib["d"]
        for path in svg(plots.lines(Chart("x", [DAYS[0], DAYS[1], DAYS[9]], {"a": [0.0, 1.0, 2.0]}))).iter(f"{SVG}path")
        if path.attrib.get("fill") == "none"
    ]
    first, second, last = (int(x) for x in re.findall(r"(\d+),", path))
    assert (last - first) == pytest.approx(9 * (second - first), abs=9)


def test_names_and_titles_cannot_break_out_of_the_picture() -> None:
    root = svg(plots.lines(Chart('</svg><script>"&', DAYS[:2], {"<b>": [0.0, 0.0]})))
    assert [text.text for text in root.iter(f"{SVG}text")][:2] == ['</svg><script>"&', "<b>"]
    assert list(root.iter(f"{SVG}script")) == []


@pytest.mark.parametrize(
    ("days", "series"),
    [([], {"a": []}), (DAYS[:2], {}), (DAYS[:2], {"a": [1.0]}), (DAYS[:1], {name: [1.0] for name in "abcdefg"})],
)
def test_what_cannot_be_drawn_is_refused(days: list[date], series: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="the chart 'x' has"):
        Chart("x", days, series)
