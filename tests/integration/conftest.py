"""The studio's demo, played once for the whole run; tests go on from copies of it."""

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from connectors import warehouse_address
from tests.integration.studio import Played, play


@pytest.fixture(scope="session")
def played_once(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The demo in a warehouse that holds a table of somebody else's; nobody changes it, for it is copied."""
    name, home = f"studio_{secrets.token_hex(6)}", tmp_path_factory.mktemp("studio")
    url = replace(warehouse_address.parse(cluster), dbname=name).url
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"create database {name} encoding 'UTF8' template template0")
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("create schema theirs; create table theirs.kept (n int); insert into theirs.kept values (1)")
    said = play(url, home)
    assert said.returncode == 0, said.stdout + said.stderr
    yield Played(url, home, said)
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def studio(played_once: Played, cluster: str, tmp_path: Path) -> Iterator[Played]:
    """A copy of it, warehouse and state folder, for one test."""
    name, home = f"studio_{secrets.token_hex(6)}", tmp_path / "home"
    original = warehouse_address.parse(played_once.url)
    shutil.copytree(played_once.home, home)
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"create database {name} template {original.dbname}")
    yield Played(replace(original, dbname=name).url, home, played_once.said)
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")
