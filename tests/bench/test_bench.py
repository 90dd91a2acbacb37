"""The benchmark runs: every row gives a figure. What the figures are is nobody's business here."""

import subprocess
import sys
from pathlib import Path

ROWS = (
    "share of the request budget",
    "one endpoint",
    "bare COPY",
    "landed from memory",
    "again, nothing to write",
    "end to end",
    "read whole again",
    "plain dlt pipeline",
    "requests for 300 changes",
    "first sync of 1,000 objects",
    "first sync of 3,000 objects",
    "HubSpot: 1,000 contacts",
    "attribution of 2,000 orders",
    "the same after one new percent",
)


def test_every_row_of_the_benchmark_still_runs() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [row for row in ROWS if row not in ran.stdout] == [], ran.stdout
