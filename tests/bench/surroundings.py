"""What a measurement stands in: a database of its own, a played world, the variables that lead to both."""

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from connectors import warehouse_address

UNPACED = {"SOURCES__STRIPE__RATE_LIMIT": "100000", "SOURCES__STRIPE__RATE_SHARE": "1"}


@contextmanager
def surroundings(server_url: str, variables: Mapping[str, str] | None = None) -> Iterator[str]:
    """A new empty database and home, with `variables` set; yields the database's URL."""
    server = warehouse_address.parse(server_url)
    name = f"bench_{secrets.token_hex(4)}"
    before = dict(os.environ)
    with psycopg.connect(server_url, autocommit=True) as admin, tempfile.TemporaryDirectory() as home:
        admin.execute(f"create database {name}")
        url = replace(server, dbname=name).url
        os.environ.update({**(variables or {}), "WAREHOUSE_URL": url, "LEADLINE_HOME": home})
        try:
            yield url
        finally:
            os.environ.clear()
            os.environ.update(before)
            admin.execute(f"drop database if exists {name} with (force)")


def copy(url: str, rows: list[tuple[str, str]]) -> None:
    """Bare COPY of (id, JSON text) into a table without a key: what any landing is measured against."""
    with psycopg.connect(url) as db:
        db.execute("drop table if exists copied")
        db.execute("create table copied (id text, data json)")
        with db.cursor().copy("copy copied from stdin") as writing:
            for row in rows:
                writing.write_row(row)
