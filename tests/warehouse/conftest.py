"""Homes for clusters that a test may break."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from connectors import embedded_postgres, postgres_process

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def make_home(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """LEADLINE_HOMEs of this test's own; whatever runs there is ended afterwards."""
    made = []

    def make(name: str) -> Path:
        made.append(tmp_path / name)
        return made[-1]

    yield make
    for home in made:
        folder = embedded_postgres.status(home).folder
        embedded_postgres.stop(home)
        for orphan in postgres_process.orphans(folder / "data"):
            orphan.kill()
        shutil.rmtree(folder, ignore_errors=True)  # it may lie outside tmp_path, where another account reaches it


@pytest.fixture
def home(make_home: Callable[[str], Path]) -> Path:
    """One of them, with white space in its path."""
    return make_home("a home")


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
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path])},
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
