"""kill -9 at every stage of the job, each time leaving dbt and its sessions orphaned; the next run must heal it all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration import truth
from tests.integration.test_truth import STUDIO, leadline

STAGES = [
    ("Playing", 0.3),
    ("Warehouse ready", 1.0),
    ("hubspot/contacts", 0.2),
    ("stripe synced", 0.0),
    ("building reports", 1.5),
    ("Running dbt command", 4.0),
    ("tables built", 0.0),
    ("tables built", 0.7),
]
"""A line to wait for in what the run prints, and the seconds to wait on after it."""


def kill_at(line: str, after: float, home: Path) -> bool:
    """Start the demo and kill it there; True when it still ran."""
    run = subprocess.Popen(
        [str(Path(sys.executable).with_name("leadline")), "demo", "--world", str(STUDIO)],
        env={**os.environ, "LEADLINE_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.stdout
    with run.stdout:
        for printed in run.stdout:
            if line in printed:
                time.sleep(after)
                break
        alive = run.poll() is None
        run.send_signal(signal.SIGKILL)
        run.wait()
    return alive


@pytest.mark.xdist_group("pipeline")
def test_a_job_killed_at_any_stage_and_run_again_gives_the_same_marts(warehouse_url: str, tmp_path: Path) -> None:
    killed = [kill_at(line, after, tmp_path) for line, after in STAGES]
    assert sum(killed) >= len(STAGES) - 1, "the runs ended before they could be killed"
    healed = leadline("demo", "--world", str(STUDIO), home=tmp_path)
    assert healed.returncode == 0, healed.stdout + healed.stderr
    truth.assert_equal(warehouse_url, STUDIO)
