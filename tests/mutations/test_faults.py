"""Every fault can still be planted, and the tests that should notice it are still there. None is run here."""

import re

import pytest

from tests.mutations.__main__ import TREE, with_fault
from tests.mutations.faults import FAULTS, Fault

UNIT_TESTS = {
    name
    for file in (TREE / "dbt_project" / "models").glob("**/*.yml")
    for name in re.findall(r"^  - name: (\w+)$", file.read_text(), re.MULTILINE)
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted_and_its_tests_are_there(fault: Fault) -> None:
    sound = (TREE / "dbt_project" / fault.file).read_text()
    assert with_fault(fault, sound) != sound
    for test in fault.tests:
        file, _, name = test.partition("::")
        assert (name in (TREE / file).read_text()) if "/" in test else (test in UNIT_TESTS), test


def test_no_fault_is_told_twice() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) > 20
    assert all(fault.tests for fault in FAULTS)


def test_a_fault_that_no_longer_applies_says_so() -> None:
    gone = Fault("gone", "models/x.sql", (("nowhere", "else"),), ("a_test",))
    with pytest.raises(ValueError, match="stands 0 times in"):
        with_fault(gone, "select 1")
