"""The starter dashboards in Superset's export format: `python -m tests.bi` writes them into docs/bi/superset.

Belongs here: which files there are, the database and the datasets. Does not: charts (`superset_charts.py`) and
dashboards (`superset_layout.py`). Every column comes from the dbt models' own files.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.bi.dashboards import DASHBOARDS
from tests.bi.measures import MEASURES, Measure
from tests.bi.superset_charts import chart_file, number_format
from tests.bi.superset_layout import dashboard_file
from tests.bi.superset_names import VERSION, identity, slug

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "bi" / "superset"
MODELS = ROOT / "dbt_project" / "models" / "reports"
SCHEMA = "reports"
DATABASE = "databases/leadline.yaml"
ADDRESS = "postgresql+psycopg2://leadline_reader:XXXXXXXXXX@127.0.0.1:5432/leadline"
"""Superset asks for the password where it is masked so."""


def write(folder: Path) -> None:
    """Replace the content of `folder` by the files of `texts`."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, text in texts().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def texts() -> dict[str, str]:
    """Every file of the export by its path."""
    return {
        name: yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
        for name, content in _contents().items()
    }


def columns_of(report: str) -> list[Mapping[str, str]]:
    """Name, data type and description of each column, in the model's order."""
    columns: list[Mapping[str, str]] = _model(report)["columns"]
    return columns


def _contents() -> dict[str, Any]:
    # Without a type the same file is taken by the import of dashboards (the button) and of assets (the API).
    files: dict[str, Any] = {
        "metadata.yaml": {"version": VERSION, "timestamp": "2026-01-01T00:00:00+00:00"},
        DATABASE: _database(),
    }
    for report, measures in MEASURES.items():
        files[f"datasets/leadline/{report}.yaml"] = _dataset(report, measures)
    for title, charts in DASHBOARDS.items():
        for chart in charts:
            files[f"charts/{slug(title)}_{slug(chart.title)}.yaml"] = chart_file(title, chart)
        files[f"dashboards/{slug(title)}.yaml"] = dashboard_file(title, charts)
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


def _model(report: str) -> Mapping[str, Any]:
    model: Mapping[str, Any] = yaml.safe_load((MODELS / f"{report}.yml").read_text(encoding="utf-8"))["models"][0]
    return model


def _dataset(report: str, measures: Mapping[str, Measure]) -> dict[str, Any]:
    return {
        "table_name": report,
        "main_dttm_col": "report_date",
        "description": _model(report)["description"].strip(),
        "schema": SCHEMA,
        "filter_select_enabled": True,
        "uuid": identity("dataset", report),
        "metrics": [
            {
                "metric_name": name,
                "verbose_name": measure.title,
                "expression": measure.expression,
                "d3format": number_format(measure),
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
            for column in columns_of(report)
        ],
        "version": VERSION,
        "database_uuid": identity("database", "leadline"),
    }
