"""Having Stripe's lists read again, whole or for some days of creation.

Belongs here: which tables have a list to read. Does not: forgetting that it was read (`sync/restart.py`).
"""

from collections.abc import Collection

import psycopg

from connectors.connector import Connection, Span
from connectors.stripe.follow import RELIST
from connectors.stripe.tables import TABLES
from connectors.sync import ledger
from connectors.sync import restart as again

REASON = f"{RELIST} its history was asked for again."


def restart(db: psycopg.Connection, connection: Connection, tables: Collection[str], span: Span) -> list[str]:
    """Open the histories of these tables anew. Raises `ConfigError` when none of them has a list of its own."""
    denied = ledger.denied(db, connection)
    listed = [table.name for table in TABLES if table.is_listed]
    again.refuse_unknown(connection, tables, listed, "they come with other objects")
    return [
        f"{name}: left out, for the key may not read it"
        if name in denied
        else again.of_window(db, connection, name, span, REASON)
        for name in listed
        if name in tables
    ]
