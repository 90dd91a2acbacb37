"""What the last good build was built from, so that a build with nothing new to say is left out.

Belongs here: the stamp (project, settings, raw rows) and where it is kept. Does not: building
(`assets/transformation.py`).
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from connectors.registry import warehouse
from orchestration import manifest
from orchestration.settings import SETTINGS

_NOT_RAW = ("ingest", "attribution")
"""Sources a sync does not land: what it notes (below), and what the build itself writes on its way."""
_ROWS = "select count(*), bit_xor(hash_record_extended(row(connection, id, version, content_hash), 0)) from {}"
_NOTES = (
    "select connection, is_test from ingest.connections order by 1",
    "select connection, table_name from ingest.access where not may_read order by 1, 2",
    "select distinct connection, table_name from ingest.histories where finished_at is null order by 1, 2",
    "select asset, check_name, connection from ingest.checks where not (passed or is_warning) and asset like '%/%'"
    " order by 1, 2, 3",
)
"""What models read of syncing itself: its meaning, not its clocks, which every sync moves."""


def current(db: psycopg.Connection, manifest: Mapping[str, Any], settings: Mapping[str, str], project: str) -> str:
    """A hash of everything a build reads: project, settings, and every raw row's version.

    Not the time of the last write: a long sync writes all it finds with the time it began.
    """
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((project, sorted(settings.items()))).encode())
    sources = {(source["schema"], source["name"]) for source in manifest["sources"].values()}
    for source in sorted(source for source in sources if source[0] not in _NOT_RAW):
        query = sql.SQL(_ROWS).format(sql.Identifier(*source))
        digest.update(repr((source, db.execute(query).fetchone())).encode())
    notes = [db.execute(query).fetchall() for query in _NOTES]
    readers = db.execute("select count(*) from pg_roles where rolname = %s", [warehouse.READER]).fetchone()
    digest.update(repr((notes, readers)).encode())  # a build also grants to the reader
    return digest.hexdigest()


def stands(db: psycopg.Connection, manifest: Mapping[str, Any], stamp: str) -> bool:
    """Whether the last build that ended well had this stamp, and every table it made is still there."""
    held = db.execute("select stamp from ingest.builds").fetchone()
    if held != (stamp,):
        return False
    made = [n for n in manifest["nodes"].values() if n["resource_type"] in ("model", "seed")]
    names = [f'"{node["schema"]}"."{node["alias"]}"' for node in made]
    missing = "select count(*) from unnest(%s::text[]) as n where to_regclass(n) is null"
    return db.execute(missing, [names]).fetchone() == (0,)


def is_kept(db: psycopg.Connection) -> bool:
    """Whether the last build ended well: each forgets the one before when it begins."""
    return db.execute("select exists (select from ingest.builds)").fetchone() == (True,)


def clear(db: psycopg.Connection) -> None:
    """Forget the last build, before a new one begins to replace its tables."""
    db.execute("delete from ingest.builds")


def now(db: psycopg.Connection) -> datetime:
    """The warehouse's clock: what is written after it, a build that begins to read now need not show."""
    row = db.execute("select clock_timestamp()").fetchone()
    assert row
    return row[0]


def keep(db: psycopg.Connection, stamp: str, read_at: datetime) -> None:
    """Remember a build that ended well, or still stands, over what was written until `read_at`."""
    db.execute(
        "insert into ingest.builds (stamp, read_at, settings) values (%s, %s, %s)"
        " on conflict (stamp) do update set read_at = excluded.read_at, settings = excluded.settings",
        [stamp, read_at, settings_in_force()],
    )


def settings_in_force() -> str:
    """Names the project and its settings as this process has them, good or bad: without asking the warehouse.

    A default says the same whether it is written or not: a build writes all of them out for dbt.
    """
    written = [(setting.name, os.environ.get(setting.name, "").strip() or setting.default) for setting in SETTINGS]
    return hashlib.blake2b(repr((manifest.stamp(), written)).encode(), digest_size=16).hexdigest()


def is_of_other_settings(db: psycopg.Connection) -> bool:
    """Whether the last good build was made under others than are in force; False when there is none."""
    row = db.execute("select settings from ingest.builds where settings is not null").fetchone()
    return row is not None and row != (settings_in_force(),)
