"""Homes for clusters that a test may break."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from connectors import embedded_postgres, postgres_process

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A LEADLINE_HOME of this test's own, with white space in its path; whatever runs there is ended afterwards."""
    home = tmp_path / "a home"
    yield home
    data = embedded_postgres.status(home).folder / "data"
    embedded_postgres.stop(home)
    for orphan in postgres_process.orphans(data):
        orphan.kill()


@pytest.fixture
def start_elsewhere(home: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the home's server from another process, in a session of its own like a terminal's; prints the URL."""
    code = (
        "import sys, time; from pathlib import Path; from connectors import embedded_postgres as e;"
        "print(e.start(Path(sys.argv[1]), throw_away=True).url, flush=True); time.sleep(float(sys.argv[2]))"
    )
    started = []

    def start(linger: float = 0) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(home), str(linger)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def stranger() -> Iterator[psutil.Process]:
    """A live process that is no Postgres."""
    process = subprocess.Popen(["sleep", "300"])
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()
