"""A chart as Superset writes it down: its visual, its settings, and the question it asks of its dataset.

Belongs here: one chart. Does not: where it stands on its dashboard (`superset_layout.py`).
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.bi.dashboards import GRAINS, Chart
from tests.bi.measures import MEASURES, Measure
from tests.bi.superset_names import VERSION, chart_identity, identity

VISUALS = {
    "number": "big_number_total",
    "latest": "big_number",
    "stack": "echarts_timeseries_bar",
    "bars": "echarts_timeseries_bar",
    "lines": "echarts_timeseries_line",
    "table": "table",
}
FORMATS = {"count": ",d", "amount": ",.2f", "share": ".1%", "ratio": ",.2f"}
AXIS_FORMATS = {**FORMATS, "amount": ",.2~f"}
"""On an axis, cents only where there are some."""
ROWS = 10_000


def chart_file(dashboard: str, chart: Chart) -> dict[str, Any]:
    """The content of a chart's file."""
    params = {
        "viz_type": VISUALS[chart.kind],
        "datasource": "1__table",  # the import puts the dataset's own number here
        "row_limit": ROWS,
        "adhoc_filters": [
            {
                "clause": "WHERE",
                "comparator": "No filter",
                "expressionType": "SIMPLE",
                "operator": "TEMPORAL_RANGE",
                "subject": "report_date",
            }
        ],
        **_shape(chart, MEASURES[chart.report]),
    }
    return {
        "slice_name": chart.title,
        "description": None,
        "viz_type": VISUALS[chart.kind],
        "params": params,
        "query_context": json.dumps(_question(chart, params), sort_keys=True),
        "cache_timeout": None,
        "uuid": chart_identity(dashboard, chart.title),
        "version": VERSION,
        "dataset_uuid": identity("dataset", chart.report),
    }


def number_format(measure: Measure) -> str:
    """How Superset writes the measure's numbers, in d3's language."""
    return FORMATS[measure.form]


def _shape(chart: Chart, measures: Mapping[str, Measure]) -> dict[str, Any]:
    """What each visual calls its measures and splits."""
    names, by = list(chart.measures), list(chart.by)
    over_time = {"x_axis": "report_date", "time_grain_sqla": GRAINS.get(str(chart.grain))}
    written = number_format(measures[names[0]])
    if chart.kind == "number":
        return {"metric": names[0], "y_axis_format": written}
    if chart.kind == "latest":
        return {**over_time, "metric": names[0], "y_axis_format": written, "aggregation": "LAST_VALUE"}
    if chart.kind == "table":
        # Bars in the cells of a column compare its rows, which are not comparable across currencies.
        bars = {"show_cell_bars": "currency" not in by}
        return {"query_mode": "aggregate", "metrics": names, "groupby": by, "order_desc": True, **bars}
    return {
        **over_time,
        "metrics": names,
        "groupby": by,
        "y_axis_format": AXIS_FORMATS[measures[names[0]].form],
        "stack": "Stack" if chart.kind == "stack" else None,
        "rich_tooltip": True,
        "show_legend": True,
    }


def _question(chart: Chart, params: Mapping[str, Any]) -> dict[str, Any]:
    """What a chart asks, as Superset's API takes it."""
    axis: list[Any] = []
    if chart.grain:
        axis = [
            {
                "columnType": "BASE_AXIS",
                "expressionType": "SQL",
                "label": "report_date",
                "sqlExpression": "report_date",
                "timeGrain": GRAINS[chart.grain],
            }
        ]
    return {
        "datasource": {"id": 1, "type": "table"},
        "force": False,
        "form_data": dict(params),
        "queries": [
            {
                "columns": [*axis, *chart.by],
                "metrics": list(chart.measures),
                "filters": [],
                "orderby": [[chart.measures[0], False]],
                "row_limit": ROWS,
                "extras": {"having": "", "where": ""},
            }
        ],
        "result_format": "json",
        "result_type": "full",
    }
