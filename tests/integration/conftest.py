"""The studio's demo, played once for the whole run; tests go on from copies of it."""

import shutil
from pathlib import Path

import psycopg
import pytest

from tests.databases import NewDatabase, SharedDatabase
from tests.integration.studio import Played, play


@pytest.fixture(scope="session")
def played_once(shared_database: SharedDatabase, run_folder: Path) -> Played:
    """The demo in a warehouse that holds a table of somebody else's; nobody changes it, for all workers share it."""
    home, said = run_folder / "studio", run_folder / "studio.said"

    def fill(url: str) -> None:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute("create schema theirs; create table theirs.kept (n int); insert into theirs.kept values (1)")
        demo = play(url, home)
        assert demo.returncode == 0, demo.stdout + demo.stderr
        said.write_text(demo.stdout)

    url = shared_database("studio", fill)
    return Played(url, home, said.read_text())


@pytest.fixture(scope="session")
def read_studio(played_once: Played, new_database: NewDatabase) -> Played:
    """A copy of the warehouse for reading at leisure: an open connection to the original would forbid copying it."""
    return Played(new_database(played_once.url), played_once.home, played_once.said)


@pytest.fixture
def studio(played_once: Played, new_database: NewDatabase, tmp_path: Path) -> Played:
    """A copy of it, warehouse and state folder, for one test."""
    shutil.copytree(played_once.home, tmp_path / "home")
    return Played(new_database(played_once.url), tmp_path / "home", played_once.said)
