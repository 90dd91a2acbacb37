"""Every golden case of the definitions is played by a test that bears its id, in its name or in its first words.

What belongs here: the list of ids. What does not: the numbers, which stand where each is played.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.dbt_project.dbt_runs import PROJECT

TESTS = Path(__file__).parent
GOLDEN = re.findall(
    r"\w+",
    "G1 G3 G5 G6 G7 G8 G10 G11 G12 G13 G14 G17 G18 G21 G23 G24"
    " E1 E2 E3 E4 E6 E8 E11 E12 E13 E15 E16 E17 E19 E20 E21 E23 E25 E26 E27 E29 E31 E32 E34",
)


def told_by_pytests() -> Iterator[str]:
    """The name and docstring of every test function of the dbt project's tests."""
    for file in sorted(TESTS.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{node.name} {ast.get_docstring(node) or ''}"


def told_by_unit_tests() -> Iterator[str]:
    """The name and description of every unit test of dbt."""
    for file in sorted(PROJECT.glob("models/**/*.yml")):
        for test in (yaml.safe_load(file.read_text()) or {}).get("unit_tests", []):
            yield f"{test['name']} {test.get('description', '')}"


def ids_of(told: str) -> set[str]:
    """The golden ids in what a test says about itself: words, also between underscores."""
    return {word.upper() for word in re.split(r"[^A-Za-z0-9]+", told) if re.fullmatch(r"[GEge]\d+", word)}


@pytest.fixture(scope="module")
def played() -> set[str]:
    """All ids any test bears."""
    return {name for told in (*told_by_pytests(), *told_by_unit_tests()) for name in ids_of(told)}


@pytest.mark.parametrize("golden_id", GOLDEN)
def test_a_golden_case_is_played_under_its_id(played: set[str], golden_id: str) -> None:
    assert golden_id in played


def test_an_id_is_a_word_of_its_own() -> None:
    assert ids_of("test_g10_an_upgrade_of_e3e") == {"G10"}
