"""A Superset that does not come up: whoever waits for it is told why, at once. Superset itself is not needed for it."""

from pathlib import Path

import pytest

from tests.bi.superset_environment import Environment
from tests.bi.superset_server import serving


def test_a_superset_that_ends_while_it_starts_is_said_to_have_ended_and_what_it_said(tmp_path: Path) -> None:
    superset = Environment(tmp_path / "installed")
    superset.program.parent.mkdir(parents=True)
    superset.program.write_text("#!/bin/sh\necho no such table: dashboards\nexit 3\n")
    superset.program.chmod(0o755)
    superset.metadata.touch()
    with (
        pytest.raises(RuntimeError, match=r"ended with 3; it said:\nno such table: dashboards"),
        serving(superset, tmp_path),
    ):
        pass
