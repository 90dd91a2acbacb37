"""The whole of an object type, once: its list, live and then archived, going on where a killed sync stopped.

Belongs here: how far the list was read. Does not: what came since (`changes.py`).
"""

import json
from datetime import datetime
from functools import partial

from connectors.hubspot.landing import land
from connectors.hubspot.objects import Objects
from connectors.sync import cursors
from connectors.sync.session import Session

LIVE, ARCHIVED, DONE = "live", "archived", "done"


def read_history(session: Session, objects: Objects, now: datetime) -> datetime:
    """Read what is left of the history; returns the vendor's time at which its reading began."""
    name = f"{objects.table.name}:history"
    held = cursors.get(session.db, session.connection, name)
    state = json.loads(held) if held else {"began": now.isoformat(), "shelf": LIVE, "after": None}
    began = state["began"]
    if state["shelf"] == DONE:
        return datetime.fromisoformat(began)

    def remember(shelf: str, after: str | None) -> None:
        following = {LIVE: ARCHIVED, ARCHIVED: DONE}
        state = {"began": began, "shelf": shelf if after else following[shelf], "after": after}
        cursors.put(session.db, session.connection, name, json.dumps(state))

    if held is None:
        cursors.put(session.db, session.connection, name, json.dumps(state))
    shelves = (LIVE, ARCHIVED) if state["shelf"] == LIVE else (ARCHIVED,)
    for shelf in shelves:
        after = state["after"] if shelf == state["shelf"] else None
        pages = objects.pages(archived=shelf == ARCHIVED, after=after)
        land(session, objects.table, pages, partial(remember, shelf))
    return datetime.fromisoformat(began)
