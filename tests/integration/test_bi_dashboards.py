"""The starter dashboards' measures, asked of Postgres as a BI tool asks them, against the marts: no Superset is needed.

Unlike the demo that `make test-bi` plays, the studio's world has days without an exchange rate.
"""

import pytest

from tests.bi.dashboards import DASHBOARDS, Chart
from tests.bi.figures import are_equal, asked, held_of, keys_of
from tests.bi.measures import MEASURES
from tests.integration.studio import Played


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_the_charts_of_a_dashboard_tell_what_the_marts_hold(read_studio: Played, dashboard: str) -> None:
    for chart in DASHBOARDS[dashboard]:
        shown = asked(read_studio.url, question(chart), len(keys_of(chart)))
        held = held_of(read_studio.url, dashboard, chart)
        assert sorted(shown, key=str) == sorted(held, key=str), chart.title
        assert [(key, shown[key], held[key]) for key in held if not are_equal(shown[key], held[key])] == [], chart.title


def question(chart: Chart) -> str:
    """The query that a BI tool makes of a chart."""
    period = [f"cast(date_trunc('{chart.grain}', report_date) as date)"] if chart.grain else []
    measures = [MEASURES[chart.report][name].expression for name in chart.measures]
    query = f"select {', '.join([*period, *chart.by, *measures])} from reports.{chart.report}"
    places = range(1, len(keys_of(chart)) + 1)
    return f"{query} group by {', '.join(map(str, places))}" if places else query
