"""The most memory that `python -m connectors stripe` takes, for a small and a large account."""

import subprocess
import sys

from tests.bench import worlds
from tests.bench.surroundings import UNPACED, surroundings
from tests.bench.table import Size, Table
from tests.connectors.sandbox_process import played_elsewhere


def measure(table: Table, server_url: str, size: Size) -> None:
    """A first sync of each."""
    for objects in (size.small_account, size.large_account):
        with (
            played_elsewhere(worlds.sales, objects) as sandbox,
            surroundings(server_url, {**sandbox.env, **UNPACED}),
        ):
            megabytes = _most_of_a_sync()
            what = f"memory of a first sync of {objects:,} objects"
            table.add(what, f"{megabytes:,.0f} MB", "<= 512, equal", "<= 300", sandbox.cpu_seconds())


_LAUNCH = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(child.pid, 0)
print(used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A child's peak counts what its parent held when it forked, so a parent that holds next to nothing starts it."""


def _most_of_a_sync() -> float:
    """Peak resident megabytes of the sync; raises when it fails."""
    command = [sys.executable, "-c", _LAUNCH, sys.executable, "-m", "connectors", "stripe"]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"the sync ended with {ended.returncode}: {ended.stderr[-2_000:]}")
    return float(ended.stdout)
