"""Is there anything new at Stripe? One request for its newest events answers it.

Belongs here: that question. Does not: reading what is new (`follow.py`).
"""

import psycopg

from connectors.connector import Connection, News
from connectors.stripe.client import StripeApi, budget
from connectors.stripe.follow import EVENTS, OVERLAP
from connectors.stripe.tables import TABLES
from connectors.sync import ledger, windows

_TABLE = next(table for table in TABLES if table.name == EVENTS)


def news(connection: Connection, db: psycopg.Connection) -> News:
    """Whether the newest events, up to a hundred, are all held. Raises `LeadlineError` when Stripe does not tell.

    They are asked for from an hour before the last look on, for they show late and out of order.
    """
    denied = ledger.denied(db, connection)
    if EVENTS in denied:
        return News(False, "the key may not read Events, so only the nightly sync finds what is new")
    follows = windows.latest(db, connection, windows.FOLLOW)
    looked = [follows.get(EVENTS), windows.latest(db, connection, windows.HISTORY).get(EVENTS)]
    last = max((window.opened_at for window in looked if window), default=None)
    if last is None:
        return News(True, "its events were never read")
    if any(not window.is_finished for name, window in follows.items() if name not in denied):
        return News(True, "the last sync was cut short")  # its events may have landed without having been applied
    page = StripeApi(connection, budget(connection)).page(_TABLE, since=int((last - OVERLAP).timestamp()))
    ids = [str(obj["id"]) for obj in page.objects]
    found = db.execute(
        "select count(*) from unnest(%s::text[]) as shown (id) where not exists"
        " (select from raw_stripe.events where events.connection = %s and events.id = shown.id)",
        [ids, connection.name],
    ).fetchone()
    new = found[0] if found else 0
    many = "+" if page.has_more and new == len(ids) else ""
    return News(bool(new), f"{new}{many} new events" if new else f"no event since {last:%Y-%m-%d %H:%M} UTC")
