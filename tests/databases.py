"""Databases of a test run: made, copied, dropped, and shared by all xdist workers. What fills one is not here."""

import fcntl
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from connectors import warehouse_address

NewDatabase = Callable[..., str]
"""Makes a database and gives its URL: an empty one, or a copy of the database at the URL that is given."""
SharedDatabase = Callable[[str, Callable[[str], object]], str]
"""Gives the URL of the run's one database of that name, which was filled by the first worker that asked for it."""


@contextmanager
def made(cluster: str) -> Iterator[NewDatabase]:
    """Databases that are dropped at the end."""
    names: list[str] = []

    def create(template_url: str = "") -> str:
        names.append(f"made_{secrets.token_hex(6)}")
        return _create(cluster, names[-1], warehouse_address.parse(template_url).dbname if template_url else "")

    yield create
    for name in names:
        _drop(cluster, name)


@contextmanager
def shared(cluster: str, folder: Path) -> Iterator[SharedDatabase]:
    """Databases that nobody changes, for others use them too; the last worker to finish drops them."""
    folder.mkdir(exist_ok=True)

    def share(name: str, fill: Callable[[str], object]) -> str:
        with _locked(folder / f"{name}.lock"):
            if not (noted := folder / f"{name}.database").exists():
                database = f"shared_{name}_{secrets.token_hex(6)}"
                fill(_create(cluster, database))
                noted.write_text(database)
            return replace(warehouse_address.parse(cluster), dbname=noted.read_text()).url

    with (folder / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield share
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker still uses them
        for noted in folder.glob("*.database"):
            _drop(cluster, noted.read_text())
            noted.unlink()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(cluster: str, name: str, template: str = "") -> str:
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"create database {name} encoding 'UTF8' template {template or 'template0'}")
    return replace(warehouse_address.parse(cluster), dbname=name).url


def _drop(cluster: str, name: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
