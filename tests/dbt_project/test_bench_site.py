"""The benchmark's row of the report site runs: the build it follows in `make bench` is too long for a smoke test."""

from collections.abc import Callable

import pytest

from tests.bench.site import add_site
from tests.bench.table import Table


def test_the_row_of_the_report_site_runs(new_reported: Callable[[], str], capsys: pytest.CaptureFixture[str]) -> None:
    table = Table()
    add_site(table, new_reported(), "a small business")
    assert "the report site over a small business, beyond its queries" in capsys.readouterr().out
