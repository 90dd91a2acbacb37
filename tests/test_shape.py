"""The shape of the house: small modules, no import circle, one arrow between its two halves."""

from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import grimp

ROOT = Path(__file__).parent.parent
GRAPH = grimp.build_graph("connectors", "orchestration", cache_dir=None)


def test_the_median_module_is_under_120_lines_and_none_is_over_300() -> None:
    modules = [file for half in ("connectors", "orchestration") for file in (ROOT / half).rglob("*.py")]
    lines = {file: len(file.read_text().splitlines()) for file in modules if file.name != "__init__.py"}
    assert median(lines.values()) < 120
    assert [file for file, count in lines.items() if count > 300] == []


def test_no_imports_run_in_a_circle() -> None:
    arrows = {module: GRAPH.find_modules_directly_imported_by(module) for module in GRAPH.modules}
    TopologicalSorter(arrows).prepare()  # raises CycleError naming the circle


def test_one_arrow_leads_from_orchestration_to_connectors_and_none_back() -> None:
    crossing = {
        (importer.partition(".")[0], imported)
        for importer in GRAPH.modules
        for imported in GRAPH.find_modules_directly_imported_by(importer)
        if importer.partition(".")[0] != imported.partition(".")[0]
    }
    assert crossing == {("orchestration", "connectors.registry")}


def test_every_module_says_what_it_is() -> None:
    modules = [file for half in ("connectors", "orchestration") for file in (ROOT / half).rglob("*.py")]
    assert [file for file in modules if not file.read_text().lstrip().startswith('"""')] == []
