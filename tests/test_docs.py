"""What is missing from the docs fails here."""

import json
import re
from pathlib import Path

import pytest

from connectors.registry import CONNECTORS
from orchestration import manifest

ROOT = Path(__file__).parent.parent
METRICS = (ROOT / "docs" / "metrics.md").read_text()
REPORTS = [
    node
    for node in json.loads(manifest.ensure().read_text())["nodes"].values()
    if node["resource_type"] == "model" and node["config"]["schema"] == "reports"
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report["name"])
def test_every_report_and_measure_is_explained(report: dict) -> None:
    assert f"`{report['name']}`" in METRICS
    numbers = ("bigint", "integer", "numeric", "double precision")
    measures = [name for name, column in report["columns"].items() if column["data_type"].startswith(numbers)]
    assert [name for name in measures if f"`{name}`" not in METRICS] == []


@pytest.mark.parametrize(
    "target", sorted((ROOT / "docs").rglob("*.md")) + list(ROOT.glob("*.md")), ids=lambda p: p.name
)
def test_every_link_in_the_docs_leads_somewhere(target: Path) -> None:
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", target.read_text()):
        assert (target.parent / link).exists(), link


def test_every_make_target_explains_itself_and_the_readme_names_the_main_ones() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: ([\w-]+)$", makefile, re.MULTILINE))
    explained = set(re.findall(r"^([\w-]+):.*## ", makefile, re.MULTILINE))
    assert targets == explained
    assert {"demo", "test", "dev", "sync", "check", "bench", "clean"} <= targets
    readme = (ROOT / "README.md").read_text()
    assert all(f"make {name}" in readme for name in ("demo", "test", "dev", "sync"))


def test_every_connector_has_its_folder_in_the_same_shape() -> None:
    for connector in CONNECTORS:
        folder = ROOT / "connectors" / connector.name
        names = {file.name for file in folder.iterdir() if file.is_file()}
        assert {"__init__.py", "source.py", "README.md"} <= names, connector.name
