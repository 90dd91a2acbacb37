"""What has changed since history was read: two readers of HubSpot's search, for its index lags behind its store.

    history ──────────────► behind (an hour ago) ──────► soon (now)

The first shows a change at the next sync; the second reads the same again an hour later, when the index is whole.
Belongs here: where each of them stands. Does not: how a span is read (`search.py`).
"""

from datetime import datetime, timedelta
from functools import partial

from connectors.hubspot.landing import land
from connectors.hubspot.objects import Objects
from connectors.hubspot.search import MILLISECOND, Changes, milliseconds
from connectors.sync import cursors
from connectors.sync.session import Session

OVERLAP = timedelta(minutes=5)
"""How far the first reader goes back again: the index is seldom later than that."""
BEHIND = timedelta(hours=1)
SLACK = timedelta(seconds=1)
"""HubSpot says its time in whole seconds, rounded down."""


def read_changes(session: Session, objects: Objects, began: datetime, now: datetime) -> None:
    """Land what was modified since the readers stood still; `began` is when the reading of history did."""
    for reader, overlap, until in (("soon", OVERLAP, now + SLACK), ("behind", SLACK, now - BEHIND)):
        name = f"{objects.table.name}:{reader}"
        held = cursors.get(session.db, session.connection, name)
        since = int(held) if held else milliseconds(began)
        if milliseconds(until) <= since:
            continue
        changes = Changes(objects, since - overlap // MILLISECOND, milliseconds(until))
        written = land(
            session,
            objects.table,
            changes.pages(),
            partial(_remember, session, name),
            is_from_index=True,
        )
        if reader == "behind":
            session.missed[objects.table.name] += written


def _remember(session: Session, name: str, reached: int) -> None:
    cursors.put(session.db, session.connection, name, str(reached))
