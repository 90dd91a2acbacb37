"""The most memory that `python -m connectors stripe` takes, for a small and a large account."""

import contextlib
import subprocess
import sys
import time

import psutil

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


def _most_of_a_sync() -> float:
    """Peak resident megabytes of the sync and what it starts, looked at twenty times a second; raises when it fails."""
    most = 0
    with subprocess.Popen([sys.executable, "-m", "connectors", "stripe"], stdout=subprocess.DEVNULL) as sync:
        family = psutil.Process(sync.pid)
        while sync.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                most = max(most, sum(_resident(one) for one in [family, *family.children(recursive=True)]))
            time.sleep(0.05)
    if sync.returncode:
        raise RuntimeError(f"the sync ended with {sync.returncode}")
    return most / 2**20


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
