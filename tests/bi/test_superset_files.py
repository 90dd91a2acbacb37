"""The starter dashboards of docs/bi/superset, as far as no Superset is needed (`against_superset.py` runs one)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration import manifest
from tests.bi import superset_files
from tests.bi.answers import ANSWERS
from tests.bi.dashboards import DASHBOARDS, Chart
from tests.bi.measures import MEASURES, Measure

COLUMNS = {
    node["name"]: {name: column["data_type"] for name, column in node["columns"].items()}
    for node in json.loads(manifest.ensure().read_text())["nodes"].values()
    if node["resource_type"] == "model" and node["config"]["schema"] == "reports"
}
CHARTS = [chart for charts in DASHBOARDS.values() for chart in charts]
ALL = [
    pytest.param(report, measure, id=f"{report}.{name}")
    for report, measures in MEASURES.items()
    for name, measure in measures.items()
]
WORDS_OF_SQL = {
    *("case", "when", "then", "end", "count", "distinct", "sum", "nullif", "filter", "where", "not", "is", "null"),
    *("percentile_cont", "within", "group", "order", "by"),
}


def dataset(report: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        (superset_files.FOLDER / "datasets" / "leadline" / f"{report}.yaml").read_text(encoding="utf-8")
    )
    return content


def test_the_committed_files_are_those_that_are_described() -> None:
    folder = superset_files.FOLDER
    committed = {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in folder.rglob("*") if file.is_file()
    }
    described = superset_files.texts()
    assert sorted(committed) == sorted(described), "run: python -m tests.bi"
    assert [name for name, text in described.items() if committed[name] != text] == [], "run: python -m tests.bi"


def test_writing_the_files_replaces_what_is_no_longer_described(tmp_path: Path) -> None:
    (tmp_path / "former" / "charts").mkdir(parents=True)
    (tmp_path / "former" / "charts" / "gone.yaml").write_text("a: 1")
    superset_files.write(tmp_path / "former")
    written = {str(file.relative_to(tmp_path / "former")) for file in (tmp_path / "former").rglob("*.yaml")}
    assert written == set(superset_files.texts())


@pytest.mark.parametrize("report", MEASURES)
def test_a_dataset_has_the_columns_and_types_of_its_table(report: str) -> None:
    columns = dataset(report)["columns"]
    assert {column["column_name"]: column["type"].lower() for column in columns} == COLUMNS[report]
    times = {name for name, kind in COLUMNS[report].items() if kind.startswith(("date", "timestamp"))}
    assert {column["column_name"] for column in columns if column["is_dttm"]} == times
    assert all(column["description"] for column in columns)


@pytest.mark.parametrize(("report", "measure"), ALL)
def test_a_measure_is_made_of_columns_of_its_report(report: str, measure: Measure) -> None:
    words = set(re.findall(r"[a-z_]+", measure.expression)) - WORDS_OF_SQL
    assert words - COLUMNS[report].keys() == set()


@pytest.mark.parametrize(("report", "measure"), ALL)
def test_a_measure_of_money_mixes_no_currencies_and_is_unknown_with_one_unknown_amount(
    report: str, measure: Measure
) -> None:
    for column in re.findall(r"sum\((\w+)\)", measure.expression):
        if column.endswith("_minor") or column == "amount":
            assert "count(distinct currency) = 1" in measure.expression
        elif COLUMNS[report][column].startswith("numeric"):
            assert re.search(rf"count\(\*\).* = count\({column}\)", measure.expression)
    assert "avg(" not in measure.expression
    if "/" in measure.expression:
        assert " / nullif(" in measure.expression


def test_every_measure_is_shown_and_every_chart_has_its_answer() -> None:
    shown = {(chart.report, name) for chart in CHARTS for name in chart.measures}
    assert shown == {(report, name) for report, measures in MEASURES.items() for name in measures}
    assert {title: [chart.title for chart in charts] for title, charts in DASHBOARDS.items()} == {
        title: list(answers) for title, answers in ANSWERS.items()
    }


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_a_chart_is_split_by_columns_of_its_report(chart: Chart) -> None:
    assert set(chart.by) <= COLUMNS[chart.report].keys()


def test_what_no_tool_could_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="a chart is one of"):
        Chart("Leads", "rpt_acquisition_daily", "pie", ["total_leads"])
    with pytest.raises(ValueError, match="has a grain"):
        Chart("Leads", "rpt_acquisition_daily", "lines", ["total_leads"])
    with pytest.raises(ValueError, match="has no measure 'leads'"):
        Chart("Leads", "rpt_acquisition_daily", "number", ["leads"])
    with pytest.raises(ValueError, match="one measure of all rows"):
        Chart("Leads", "rpt_acquisition_daily", "number", ["total_leads"], ["channel"])
    with pytest.raises(ValueError, match="a measure is one of"):
        Measure("Leads", "sum(leads)", "money")
