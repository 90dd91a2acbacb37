"""kill -9 at every stage of the job, each time leaving dbt and its sessions orphaned; the next run must heal it all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.integration import truth
from tests.integration.studio import STUDIO, leadline

STAGES = [
    ("Playing", 0.3),
    ("Warehouse ready", 0.2),
    ("Warehouse ready", 0.4),
    ("Warehouse ready", 0.6),
    ("Warehouse ready", 0.8),
    ("Warehouse ready", 1.0),
    ("hubspot/contacts", 0.2),
    ("stripe synced", 0.0),
    ("reports: building", 1.5),
    ("reports: building", 5.0),
    ("tables built", 0.0),
    ("tables built", 0.5),
]
"""A line to wait for in what the run prints, and the seconds to wait on after it."""


def kill_at(line: str, after: float, home: Path) -> None:
    """Start the demo and kill it there; fails when it ended before."""
    run = subprocess.Popen(
        [str(Path(sys.executable).with_name("leadline")), "demo", "--world", str(STUDIO)],
        env={**os.environ, "LEADLINE_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.stdout
    said = ""
    with run.stdout:
        for printed in run.stdout:
            said += printed
            if line in printed:
                time.sleep(after)
                break
        alive = run.poll() is None
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert alive, f"the run ended before {line!r} + {after} s: {said}"


def test_a_job_killed_at_any_stage_and_run_again_gives_the_same_marts(warehouse_url: str, tmp_path: Path) -> None:
    for line, after in STAGES:
        kill_at(line, after, tmp_path)
    healed = leadline("demo", "--world", str(STUDIO), home=tmp_path)
    assert healed.returncode == 0, healed.stdout + healed.stderr
    truth.assert_equal(warehouse_url, STUDIO)
