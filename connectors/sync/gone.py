"""Rows whose objects are gone at the vendor: they become tombstones in the last state they were seen in.

Belongs here: which held rows a complete answer no longer shows, and burying them. Does not: how a vendor tells (each
connector).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import pyarrow as pa
from psycopg import sql

from connectors.connector import Page, Table
from connectors.sync import rows
from connectors.sync.rows import Sight, version_of
from connectors.sync.session import Session

_BURIED_AT_ONCE = 5_000


def living(session: Session, table: Table, since: datetime | None = None, until: datetime | None = None) -> set[str]:
    """The ids held and not deleted, of all objects or of those created in [since, until)."""
    query = sql.SQL(
        "select id from {} where connection = %s and not is_deleted"
        " and (%s::timestamptz is null or created_at >= %s) and (%s::timestamptz is null or created_at < %s)"
    ).format(sql.Identifier(session.connector.schema, table.name))
    found = session.db.execute(query, [session.connection.name, since, since, until, until]).fetchall()
    return {identity for (identity,) in found}


def bury(session: Session, table: Table, ids: Iterable[str], seen_at: datetime) -> int:
    """Make tombstones of these rows, gone at the vendor's time `seen_at`; returns how many were buried.

    A row held from a later sight stays, as does one that is a tombstone already.
    """
    waiting, buried = iter(ids), 0
    while chunk := list(islice(waiting, _BURIED_AT_ONCE)):
        landed = session.landing.land({table.name: [_tombstones(session, table, chunk, seen_at)]})
        buried += len(landed.get(table.name, ()))
    return buried


def replace(session: Session, table: Table, pages: Collection[Page], held: Collection[str]) -> int:
    """Land pages that show a whole (a day, a list), and bury what was `held` of it and is in none of them.

    Returns how many rows were written, tombstones included; the vendor's time is the first page's.
    """
    return replace_together(session, [Whole(table, pages, held)])


@dataclass(frozen=True)
class Whole:
    """All pages of a whole (a day, a list) of a table, and the ids `held` of it until now."""

    table: Table
    pages: Collection[Page]
    held: Collection[str]


def replace_together(session: Session, wholes: Iterable[Whole]) -> int:
    """As `replace`, for wholes of several tables that were read together: one load package, so none goes ahead."""
    batches: dict[str, list[pa.Table]] = {}
    for whole in wholes:
        if not whole.pages:
            continue
        table, landing = whole.table, batches.setdefault(whole.table.name, [])
        landing += [rows.of_page(table, session.connection, page, session.synced_at) for page in whole.pages]
        shown = {table.identify(obj) for page in whole.pages for obj in page.objects}
        vanished = iter([identity for identity in whole.held if identity not in shown])
        seen_at = min(page.seen_at for page in whole.pages)
        while chunk := list(islice(vanished, _BURIED_AT_ONCE)):
            landing.append(_tombstones(session, table, chunk, seen_at))
    return sum(len(written) for written in session.landing.land(batches).values())


def _tombstones(session: Session, table: Table, ids: list[str], seen_at: datetime) -> pa.Table:
    """The rows held under these ids and not deleted, as they were, marked as gone."""
    query = sql.SQL(
        "select data, api_version from {} where connection = %s and id = any(%s) and not is_deleted"
    ).format(sql.Identifier(session.connector.schema, table.name))  # fmt: skip
    held = session.db.execute(query, [session.connection.name, ids]).fetchall()
    dead = [Sight(data, version_of(seen_at), api_version, is_deleted=True) for data, api_version in held]
    return rows.of_sights(table, session.connection, dead, session.synced_at)
