"""Rows whose objects are gone at the vendor: they become tombstones in the last state they were seen in.

Belongs here: which held rows a complete answer no longer shows, and burying them. Does not: how a vendor tells (each
connector).
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice

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
    query = sql.SQL(
        "select data, api_version from {} where connection = %s and id = any(%s) and not is_deleted"
    ).format(sql.Identifier(session.connector.schema, table.name))  # fmt: skip
    waiting, buried = iter(ids), 0
    while chunk := list(islice(waiting, _BURIED_AT_ONCE)):
        held = session.db.execute(query, [session.connection.name, chunk]).fetchall()
        dead = [Sight(data, version_of(seen_at), api_version, is_deleted=True) for data, api_version in held]
        landed = session.landing.land(
            {table.name: [rows.of_sights(table, session.connection, dead, session.synced_at)]}
        )
        buried += len(landed.get(table.name, ()))
    return buried


def replace(session: Session, table: Table, pages: Collection[Page], held: Collection[str]) -> int:
    """Land pages that show a whole (a day, a list), and bury what was `held` of it and is in none of them.

    Returns how many rows were written, tombstones included; the vendor's time is the first page's.
    """
    batches = [rows.of_page(table, session.connection, page, session.synced_at) for page in pages]
    shown = {table.identify(obj) for page in pages for obj in page.objects}
    written = len(session.landing.land({table.name: batches}).get(table.name, ())) if batches else 0
    vanished = [identity for identity in held if identity not in shown]
    if vanished and pages:
        written += bury(session, table, vanished, min(page.seen_at for page in pages))
    return written
