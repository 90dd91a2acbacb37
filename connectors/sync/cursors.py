"""How far a connection has read what it follows by a cursor of its own, one text a name: `ingest.cursors`.

A cursor is moved after the rows it speaks of have landed, so a kill reads a little twice and loses nothing.
Does not belong here: windows of creation time (`windows.py`), what a cursor means (each connector).
"""

import psycopg

from connectors.connector import Connection


def get(db: psycopg.Connection, connection: Connection, name: str) -> str | None:
    """The cursor as last put, or None."""
    row = db.execute(
        "select cursor from ingest.cursors where connection = %s and name = %s", [connection.name, name]
    ).fetchone()
    return row[0] if row else None


def starting(db: psycopg.Connection, connection: Connection, prefix: str) -> dict[str, str]:
    """All cursors whose name starts with `prefix`, by the rest of the name."""
    found = db.execute(
        "select substr(name, length(%s) + 1), cursor from ingest.cursors"
        " where connection = %s and starts_with(name, %s)",
        [prefix, connection.name, prefix],
    ).fetchall()
    return dict(found)


def put(db: psycopg.Connection, connection: Connection, name: str, cursor: str) -> None:
    """Remember how far it is now; an equal one writes nothing."""
    db.execute(
        "insert into ingest.cursors values (%s, %s, %s, now()) on conflict (connection, name) do update"
        " set cursor = excluded.cursor, moved_at = excluded.moved_at"
        " where ingest.cursors.cursor is distinct from excluded.cursor",
        [connection.name, name, cursor],
    )


def forget(db: psycopg.Connection, connection: Connection, name: str) -> None:
    """Forget a cursor: the next sync begins anew."""
    db.execute("delete from ingest.cursors where connection = %s and name = %s", [connection.name, name])
