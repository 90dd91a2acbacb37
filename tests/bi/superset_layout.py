"""A dashboard as Superset writes it down: its charts in rows, and a filter of the days for all of them."""

from collections.abc import Sequence
from typing import Any

from tests.bi.dashboards import Chart
from tests.bi.superset_names import VERSION, chart_identity, identity, slug

COLUMNS_OF_GRID = 12
COLUMNS_OF_WIDE_TABLE = 5
"""A table with as many columns has a row of its own."""
HEIGHTS = {"number": 16, "latest": 22, "table": 42}
HEIGHT = 50


def dashboard_file(title: str, charts: Sequence[Chart]) -> dict[str, Any]:
    """The content of a dashboard's file."""
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": []},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": f"Leadline: {title}"}},
    }
    for number, row in enumerate(_rows(charts), start=1):
        position["GRID_ID"]["children"].append(f"ROW-{number}")
        position |= _row(title, f"ROW-{number}", row)
    return {
        "dashboard_title": f"Leadline: {title}",
        "description": None,
        "slug": f"leadline-{slug(title)}",
        "uuid": identity("dashboard", title),
        "position": position,
        "metadata": {"refresh_frequency": 0, "native_filter_configuration": [_days(title)]},
        "version": VERSION,
        "published": True,
    }


def _rows(charts: Sequence[Chart]) -> list[list[Chart]]:
    """Numbers share the first row, wide tables stand alone, every other two charts share one."""
    numbers = [chart for chart in charts if chart.kind in ("number", "latest")]
    wide = [chart for chart in charts if len(chart.by) + len(chart.measures) >= COLUMNS_OF_WIDE_TABLE]
    wide = [chart for chart in wide if chart.kind == "table"]
    others = [chart for chart in charts if chart not in numbers and chart not in wide]
    pairs = [others[start : start + 2] for start in range(0, len(others), 2)]
    return [numbers, *pairs, *([chart] for chart in wide)]


def _row(title: str, row_id: str, charts: Sequence[Chart]) -> dict[str, Any]:
    places: dict[str, Any] = {
        row_id: {
            "type": "ROW",
            "id": row_id,
            "parents": ["ROOT_ID", "GRID_ID"],
            "children": [],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    }
    for place, chart in enumerate(charts, start=1):
        chart_id = f"CHART-{row_id.removeprefix('ROW-')}-{place}"
        places[row_id]["children"].append(chart_id)
        places[chart_id] = {
            "type": "CHART",
            "id": chart_id,
            "parents": ["ROOT_ID", "GRID_ID", row_id],
            "children": [],
            "meta": {
                "uuid": chart_identity(title, chart.title),
                "chartId": 0,
                "sliceName": chart.title,
                "width": COLUMNS_OF_GRID // len(charts),
                "height": HEIGHTS.get(chart.kind, HEIGHT),
            },
        }
    return places


def _days(title: str) -> dict[str, Any]:
    return {
        "id": f"NATIVE_FILTER-{slug(title)}-dates",
        "name": "Days",
        "filterType": "filter_time",
        "targets": [{}],
        "controlValues": {},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "type": "NATIVE_FILTER",
        "description": "",
    }
