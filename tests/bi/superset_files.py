"""The starter dashboards in Superset's export format: `python -m tests.bi` writes them into docs/bi/superset.

Belongs here: how Superset writes down a database, a dataset, a chart, a dashboard. Does not: what they show
(`dashboards.py`). Every name and column comes from the dbt models; ids follow from names, so a second import updates.
"""

import json
import shutil
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.bi.dashboards import DASHBOARDS, GRAINS, MEASURES, Chart, Measure

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "bi" / "superset"
MODELS = ROOT / "dbt_project" / "models" / "reports"
SCHEMA = "reports"
ADDRESS = "postgresql+psycopg2://leadline_reader:XXXXXXXXXX@127.0.0.1:5432/leadline"
"""Superset asks for the password where it is masked; the rest is changed in the imported connection."""
VERSION = "1.0.0"
VISUALS = {
    "number": "big_number_total",
    "bars": "echarts_timeseries_bar",
    "lines": "echarts_timeseries_line",
    "table": "table",
}
ROWS = 10_000
_COLUMNS_OF_GRID = 12
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "leadline")


def identity(kind: str, name: str) -> str:
    """The same for the same thing, whenever and wherever it is written."""
    return str(uuid.uuid5(_IDS, f"{kind}/{name}"))


def write(folder: Path) -> None:
    """Replace the content of `folder` by the files of `contents`."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in contents().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")


def pack(file: Path) -> Path:
    """The folder as the one file Superset's import takes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(FOLDER.rglob("*.yaml")):
            packed.write(path, Path("leadline") / path.relative_to(FOLDER))
    return file


def contents() -> dict[str, Any]:
    """Every file of the export by its path."""
    files: dict[str, Any] = {
        "metadata.yaml": {"version": VERSION, "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/leadline.yaml": _database(),
    }
    for report, measures in MEASURES.items():
        files[f"datasets/leadline/{report}.yaml"] = _dataset(report, measures)
    for title, charts in DASHBOARDS.items():
        for chart in charts:
            files[f"charts/{_slug(title)}_{_slug(chart.title)}.yaml"] = _chart(title, chart)
        files[f"dashboards/{_slug(title)}.yaml"] = _dashboard(title, charts)
    return files


def _database() -> dict[str, Any]:
    return {
        "database_name": "Leadline",
        "sqlalchemy_uri": ADDRESS,
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": identity("database", "leadline"),
        "version": VERSION,
    }


def model_of(report: str) -> Mapping[str, Any]:
    """What dbt's file says of a report."""
    model: Mapping[str, Any] = yaml.safe_load((MODELS / f"{report}.yml").read_text(encoding="utf-8"))["models"][0]
    return model


def _dataset(report: str, measures: Mapping[str, Measure]) -> dict[str, Any]:
    model = model_of(report)
    return {
        "table_name": report,
        "main_dttm_col": "report_date",
        "description": model["description"].strip(),
        "schema": SCHEMA,
        "filter_select_enabled": True,
        "uuid": identity("dataset", report),
        "metrics": [
            {
                "metric_name": name,
                "verbose_name": measure.title,
                "expression": measure.expression,
                "d3format": _number_format(measure),
            }
            for name, measure in measures.items()
        ],
        "columns": [
            {
                "column_name": column["name"],
                "type": column["data_type"].upper(),
                "is_dttm": column["data_type"] == "date" or column["data_type"].startswith("timestamp"),
                "is_active": True,
                "groupby": True,
                "filterable": True,
                "description": column["description"].strip(),
            }
            for column in model["columns"]
        ],
        "version": VERSION,
        "database_uuid": identity("database", "leadline"),
    }


def _chart(dashboard: str, chart: Chart) -> dict[str, Any]:
    measures = MEASURES[chart.report]
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
        **_shape(chart, measures),
    }
    return {
        "slice_name": chart.title,
        "description": None,
        "viz_type": VISUALS[chart.kind],
        "params": params,
        "query_context": json.dumps(_query(chart, params), sort_keys=True),
        "cache_timeout": None,
        "uuid": identity("chart", f"{dashboard}/{chart.title}"),
        "version": VERSION,
        "dataset_uuid": identity("dataset", chart.report),
    }


def _shape(chart: Chart, measures: Mapping[str, Measure]) -> dict[str, Any]:
    """What each visual calls its measures and splits."""
    names, by = list(chart.measures), list(chart.by)
    if chart.kind == "number":
        return {"metric": names[0], "y_axis_format": _number_format(measures[names[0]])}
    if chart.kind == "table":
        return {"query_mode": "aggregate", "metrics": names, "groupby": by, "order_desc": True}
    return {
        "x_axis": "report_date",
        "time_grain_sqla": GRAINS[str(chart.grain)],
        "metrics": names,
        "groupby": by,
        "y_axis_format": _number_format(measures[names[0]]),
        "stack": "Stack" if chart.kind == "bars" else None,
        "rich_tooltip": True,
        "show_legend": True,
    }


def _query(chart: Chart, params: Mapping[str, Any]) -> dict[str, Any]:
    """The question behind a chart, as Superset's API takes it."""
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


def _dashboard(title: str, charts: tuple[Chart, ...] | Any) -> dict[str, Any]:
    """Numbers share the first row; every other chart has half a row, the last one what is left."""
    numbers = [chart for chart in charts if chart.kind == "number"]
    others = [chart for chart in charts if chart.kind != "number"]
    rows = [numbers] if numbers else []
    rows += [others[start : start + 2] for start in range(0, len(others), 2)]
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": []},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": f"Leadline: {title}"}},
    }
    for number, row in enumerate(rows, start=1):
        row_id = f"ROW-{number}"
        position["GRID_ID"]["children"].append(row_id)
        position[row_id] = {
            "type": "ROW",
            "id": row_id,
            "parents": ["ROOT_ID", "GRID_ID"],
            "children": [],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for place, chart in enumerate(row, start=1):
            chart_id = f"CHART-{number}-{place}"
            position[row_id]["children"].append(chart_id)
            position[chart_id] = {
                "type": "CHART",
                "id": chart_id,
                "parents": ["ROOT_ID", "GRID_ID", row_id],
                "children": [],
                "meta": {
                    "uuid": identity("chart", f"{title}/{chart.title}"),
                    "chartId": 0,
                    "sliceName": chart.title,
                    "width": _COLUMNS_OF_GRID // len(row),
                    "height": 16 if chart.kind == "number" else 50,
                },
            }
    return {
        "dashboard_title": f"Leadline: {title}",
        "description": None,
        "slug": f"leadline-{_slug(title)}",
        "uuid": identity("dashboard", title),
        "position": position,
        "metadata": {"refresh_frequency": 0, "native_filter_configuration": [_dates(title)]},
        "version": VERSION,
        "published": True,
    }


def _dates(title: str) -> dict[str, Any]:
    """A filter of the days, for every chart of the dashboard."""
    return {
        "id": f"NATIVE_FILTER-{_slug(title)}-dates",
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


def _number_format(measure: Measure) -> str:
    return ".1%" if measure.is_share else ",.2f" if measure.is_amount else ",.10~g"


def _slug(title: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
