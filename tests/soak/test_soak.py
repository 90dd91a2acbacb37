"""One simulated day against the real servers, as `make soak` plays ten: what must hold stands in `__main__.py`."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_a_day_with_a_revoked_key_and_killed_servers_ends_with_the_truth_and_each_alert_told_once() -> None:
    played = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--one-day"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "alert run/stripe_sync_job/stripe: new, over" in played.stdout
    assert "The marts equal the truth" in played.stdout
