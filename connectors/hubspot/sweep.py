"""Deletions, by ids: search never shows what is archived or gone, so the lists of ids are compared with what is held.

    live ids, archived ids ──► new, restored, changed unnoticed: read again
                          └──► held and in neither, not found when asked for: buried

Belongs here: the comparison and when it is due. Does not: merges as such (the one merged away is simply gone).
"""

from datetime import datetime, timedelta

from psycopg import sql

from connectors.connector import Object, Page
from connectors.hubspot.landing import land
from connectors.hubspot.objects import PAGE_SIZE, Objects
from connectors.hubspot.tables import CrmTable, kept
from connectors.sync import cursors, gone
from connectors.sync.session import Session

SELDOM = timedelta(days=1)
FOR_EACH_REQUEST = timedelta(minutes=1)
"""A small account is swept more often: a sweep that took ten requests is due again after ten minutes."""

State = tuple[str, str | None, tuple[str, ...]]


def sweep(session: Session, objects: Objects, began: datetime, now: datetime) -> list[str]:
    """Compare ids when it is due, and land what that shows; returns the ids that are archived or gone since.

    History, whose reading `began` then, has seen them all.
    """
    vanished: list[str] = []
    name = f"{objects.table.name}:swept"
    held = cursors.get(session.db, session.connection, name)
    swept_at, requests = held.split() if held else (began.isoformat(), _pages_of_history(session, objects))
    if now - datetime.fromisoformat(swept_at) >= min(SELDOM, int(requests) * FOR_EACH_REQUEST):
        sent = objects.api.sent
        vanished = _sweep(session, objects)
        swept_at, requests = now.isoformat(), str(objects.api.sent - sent)
    cursors.put(session.db, session.connection, name, f"{swept_at} {requests}")
    return vanished


def _pages_of_history(session: Session, objects: Objects) -> str:
    query = sql.SQL("select 2 + count(*) / {} from {} where connection = %s").format(
        sql.Literal(PAGE_SIZE), sql.Identifier(session.connector.schema, objects.table.name)
    )
    found = session.db.execute(query, [session.connection.name]).fetchone()
    return str(found[0] if found else 2)


def _sweep(session: Session, objects: Objects) -> list[str]:
    table = objects.table
    live = listed(objects, archived=False)
    archived = listed(objects, archived=True)
    held = _held(session, table.name)
    restored = [i for i, obj in live.items() if i not in archived and held.get(i) != _state(table, obj)]
    put_away = [i for i, obj in archived.items() if held.get(i) != _state(table, obj)]
    missing = [i for i, state in held.items() if state[0] != "gone" and i not in live and i not in archived]
    seen_at = None
    for ids, is_archived in ((restored, False), (put_away, True), (missing, False), (missing, True)):
        if ids:
            page = objects.batch(ids, archived=is_archived)
            seen_at = seen_at or page.seen_at
            session.missed[table.name] += land(session, table, [(page, None)])
            if ids is missing:
                missing = [i for i in missing if i not in {str(obj["id"]) for obj in page.objects}]
    if missing and seen_at:
        gone.bury(session, table, missing, seen_at)
    return [*put_away, *missing]


def listed(objects: Objects, *, archived: bool) -> dict[str, Object]:
    """Every object of one of the two lists by id, without its properties."""
    found: list[Page] = [page for page, _ in objects.ids(archived=archived)]
    return {str(obj["id"]): obj for page in found for obj in page.objects}


def _state(table: CrmTable, obj: Object) -> State:
    landed = kept(table, obj)
    contacts = ((landed.get("associations") or {}).get("contacts") or {}).get("results") or []
    return "archived" if obj.get("archived") else "live", obj.get("updatedAt"), tuple(one["id"] for one in contacts)


def _held(session: Session, name: str) -> dict[str, State]:
    """By id: whether the row is live, archived or gone, when HubSpot last updated the object, and its contacts."""
    query = sql.SQL(
        "select id, case when is_deleted then 'gone' when data ->> 'archived' = 'true' then 'archived' else 'live' end,"
        " data ->> 'updatedAt', data #> '{{associations,contacts,results}}' from {} where connection = %s"
    ).format(sql.Identifier(session.connector.schema, name))
    rows = session.db.execute(query, [session.connection.name]).fetchall()
    return {
        identity: (kind, updated, tuple(contact["id"] for contact in contacts or ()))
        for identity, kind, updated, contacts in rows
    }
