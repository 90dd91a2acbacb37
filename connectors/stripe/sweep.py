"""Looking again at what may change without an event: unsettled objects, and what a list read again no longer shows.

Belongs here: which objects, and how few requests see them. Does not: events (`events.py`).
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import islice

from psycopg import sql

from connectors.stripe.client import StripeApi
from connectors.stripe.events import ASKERS, collect, land, last_state
from connectors.stripe.tables import StripeTable
from connectors.sync import windows
from connectors.sync.rows import Sight, version_of
from connectors.sync.scan import CursorGone, Unreadable
from connectors.sync.session import Session
from connectors.sync.windows import Window

OFTEN = ("subscriptions", "invoices", "payment_intents")
"""Swept at every sync, unless that costs more than a few requests; the others hourly."""

CHEAP = 3
"""Requests a sweep may take at every sync; one that took more is due after a minute for each."""

RARELY = timedelta(hours=1)

LANDED_AT_ONCE = 2_000


def sweep(
    session: Session,
    api: StripeApi,
    tables: Mapping[str, StripeTable],
    histories: Mapping[str, Window],
    now: datetime,
) -> dict[str, list[str]]:
    """Look at every unsettled object of the tables that are due; returns the ids that had changed, by table."""
    changed: dict[str, list[str]] = {}
    for table in tables.values():
        history = histories.get(table.name)
        if not (table.unsettled and history and table.name in session.tables and table.name not in session.denied):
            continue
        if history.opened_at < now and _is_due(session, table, now):  # history itself has just seen them all
            sent = api.budget.sent
            found = _sweep(session, api, tables, table)
            _remember(session, table, now, api.budget.sent - sent, len(found))
            if found:
                changed[table.name] = found
    return changed


def find_vanished(
    session: Session, api: StripeApi, tables: Mapping[str, StripeTable], table: StripeTable, window: Window
) -> None:
    """Ask for each object that a list read again did not show; those Stripe no longer has become tombstones."""
    gone = iter(windows.vanished(session.db, session.connection, session.connector.schema, window))
    while chunk := list(islice(gone, LANDED_AT_ONCE)):
        sights: dict[str, list[Sight]] = {}
        _look_at(session, api, table, chunk, sights)
        land(session, tables, sights)


def _sweep(session: Session, api: StripeApi, tables: Mapping[str, StripeTable], table: StripeTable) -> list[str]:
    """Jump down the list from one unsettled object to the next; a page shows all that stand close together."""
    waiting = _unsettled(session, table)
    sights: dict[str, list[Sight]] = {}
    changed: list[str] = []
    cursor: str | None = None
    while waiting:
        top = waiting[0][0]
        try:
            page = api.page(table, until=top + 1, cursor=cursor)
        except CursorGone:
            cursor = None
            continue
        except Unreadable as error:
            session.denied[table.name] = str(error)
            break
        shown = {table.identify(obj) for obj in page.objects}
        collect(sights, table, page)
        reached = min((_second(table, obj) for obj in page.objects), default=0) if page.has_more else -1
        hidden = [identity for created, identity in waiting if created > reached and identity not in shown]
        _look_at(session, api, table, hidden, sights)
        waiting = [(created, identity) for created, identity in waiting if created <= reached and identity not in shown]
        is_same_second = bool(waiting) and waiting[0][0] == top == reached
        cursor = table.identify(page.objects[-1]) if is_same_second else None
        if len(sights[table.name]) >= LANDED_AT_ONCE:
            changed += land(session, tables, sights).get(table.name, [])
            sights = {}
    changed += land(session, tables, sights).get(table.name, [])
    return changed


def _look_at(
    session: Session, api: StripeApi, table: StripeTable, ids: list[str], sights: dict[str, list[Sight]]
) -> None:
    """Add each object to `sights` as it is now; one that Stripe has no more, as it was held, deleted."""
    with ThreadPoolExecutor(ASKERS) as pool:
        for identity, page in zip(ids, pool.map(lambda one: api.retrieve(table, one), ids), strict=True):
            collect(sights, table, page)
            held = None if page.objects else last_state(session, table, identity)
            if held:
                sights[table.name].append(Sight(held[0], version_of(page.seen_at), held[1], is_deleted=True))


def _unsettled(session: Session, table: StripeTable) -> list[tuple[int, str]]:
    query = sql.SQL("select extract(epoch from created_at)::bigint, id from {} where connection = %s and ").format(
        sql.Identifier(session.connector.schema, table.name)
    )
    query += sql.SQL(table.unsettled)  # from our own declarations
    query += sql.SQL(" and created_at is not null order by created_at desc, id desc")  # else no list leads to it
    return session.db.execute(query, [session.connection.name]).fetchall()


def _is_due(session: Session, table: StripeTable, now: datetime) -> bool:
    last = session.db.execute(
        "select swept_at, requests from ingest.sweeps where connection = %s and table_name = %s",
        [session.connection.name, table.name],
    ).fetchone()
    if not last or (last[1] <= CHEAP and table.name in OFTEN):
        return True
    return now - last[0] >= max(timedelta(minutes=last[1]), timedelta(0) if table.name in OFTEN else RARELY)


def _remember(session: Session, table: StripeTable, now: datetime, requests: int, changed: int) -> None:
    session.db.execute(
        "insert into ingest.sweeps values (%s, %s, %s, %s, %s) on conflict (connection, table_name) do update"
        " set swept_at = excluded.swept_at, requests = excluded.requests, missed = excluded.missed",
        [session.connection.name, table.name, now, requests, changed],
    )


def _second(table: StripeTable, obj: dict) -> int:
    created = table.created(obj)
    return int(created.timestamp()) if created else 0
