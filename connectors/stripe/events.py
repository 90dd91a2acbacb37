"""What events say: the newest state of each object they tell of, from their payload or, where that will not do, asked.

Works from `raw_stripe.events`, so it can be repeated and killed at any moment. Does not belong here: reading events
(they are a list like others), writing rows (`sync/landing.py`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, islice
from typing import Any

import orjson
from psycopg import sql

from connectors.connector import Object, Page
from connectors.stripe.client import API_VERSION, StripeApi
from connectors.stripe.tables import StripeTable
from connectors.sync import rows
from connectors.sync.rows import Sight, version_of
from connectors.sync.session import Session
from connectors.sync.windows import Window

CHUNK = 1_000
ASKERS = 8
SKEW = timedelta(minutes=1)
MICROSECONDS = 1_000_000
WITHIN_SECOND = 500_000
"""Events carry whole seconds: theirs beats a list's sight of the same second, whose change has no later event."""

_NEWEST = """
with told as (
    select
        id,
        created_at,
        data #>> '{{data,object,object}}' as kind,
        data #>> '{{data,object,id}}' as object_id
    from {schema}.events
    where connection = %(connection)s and created_at >= to_timestamp(%(since)s)
),
newest as (
    select id, kind, object_id, rank() over (partition by kind, object_id order by created_at desc) as place
    from told
    where
        object_id is not null
        and (%(all)s or (kind, object_id) in (select kind, object_id from told where id = any(%(new)s)))
)
select newest.kind, newest.object_id, events.data
from newest
inner join {schema}.events as events on events.connection = %(connection)s and events.id = newest.id
where newest.place = 1
order by newest.kind, newest.object_id
"""
"""The events of the last second in which each object was told of, object by object."""


@dataclass(frozen=True)
class Change:
    """The last that events tell of one object: `payload` is its state, None when Stripe has to be asked."""

    table: StripeTable
    id: str
    second: int
    payload: Object | None
    api_version: str | None
    is_deleted: bool

    @property
    def version(self) -> int:
        """The version of a sight that is this payload."""
        return self.second * MICROSECONDS + WITHIN_SECOND


def apply_events(
    session: Session,
    api: StripeApi,
    tables: Mapping[str, StripeTable],
    histories: Mapping[str, Window],
    since: int,
    new: Collection[str] | None,
) -> None:
    """Land what the events created from `since` (Unix seconds) on say of objects that `new` events tell of.

    `new` are ids of events; None when it is not known which were applied before.
    """
    if new is not None and not new:
        return
    changes = _changes(session, tables, histories, since, new)
    while chunk := list(islice(changes, CHUNK)):
        _apply(session, api, tables, chunk)


def _changes(
    session: Session,
    tables: Mapping[str, StripeTable],
    histories: Mapping[str, Window],
    since: int,
    new: Collection[str] | None,
) -> Iterator[Change]:
    query = sql.SQL(_NEWEST).format(schema=sql.Identifier(session.connector.schema))
    with session.db.cursor(name="changes", withhold=True) as cursor:
        known = {"connection": session.connection.name, "since": since, "all": new is None, "new": list(new or ())}
        cursor.execute(query, known)
        for _, told in groupby(cursor, key=lambda row: row[:2]):
            change = _change(tables, [data for *_, data in told])
            if change and _matters(session, histories, change):
                yield change


def _change(tables: Mapping[str, StripeTable], events: list[Object]) -> Change | None:
    """The change that events of one object and one second amount to; None when no table is told of."""
    told = [(table, event) for event in events for table in tables.values() if table.is_told_by(event)]
    if not told:
        return None
    told.sort(key=lambda one: one[1]["type"] not in one[0].deletes)  # for what cannot be asked for, gone is gone
    table, event = told[0]
    payload = event["data"]["object"]
    states = {(orjson.dumps(e["data"]["object"], option=orjson.OPT_SORT_KEYS), e["type"] in t.deletes) for t, e in told}
    is_deleted = all(e["type"] in t.deletes for t, e in told)
    if not table.can_be_asked_for:
        is_deleted, usable = event["type"] in table.deletes, payload
    elif is_deleted or (len(states) == 1 and _will_do(table, event)):
        usable = payload
    else:
        usable = None
    return Change(table, payload["id"], int(event["created"]), usable, event.get("api_version"), is_deleted)


def _will_do(table: StripeTable, event: Object) -> bool:
    """Whether the payload is the whole object in the version everything is read in."""
    payload = event["data"]["object"]
    nested = [payload.get(child) for child in table.nested_lists]
    is_whole = all(isinstance(child, dict) and not child.get("has_more") for child in nested)
    return is_whole and str(event.get("api_version"))[:10] == API_VERSION[:10]


def _matters(session: Session, histories: Mapping[str, Window], change: Change) -> bool:
    """Whether the table is read at all, and the event could be news to its history."""
    name = change.table.name
    if name in session.denied:
        return False
    if change.is_deleted or not change.table.is_listed:
        return True
    history = histories.get(name)
    return history is not None and change.version >= version_of(history.opened_at - SKEW)


def _apply(session: Session, api: StripeApi, tables: Mapping[str, StripeTable], chunk: list[Change]) -> None:
    held = _versions(session, chunk)
    news = [c for c in chunk if c.second >= held.get((c.table.name, c.id), 0) // MICROSECONDS]
    known = _known_discounts(session, news)
    sights: dict[str, list[Sight]] = {}
    to_ask: list[Change] = []
    for change in news:
        seen_later = held.get((change.table.name, change.id), 0) > change.version  # and yet in the same second
        is_open = seen_later or not _discounts(change) <= known
        if change.payload is None or (change.table.can_be_asked_for and is_open):
            to_ask.append(change)
        elif change.is_deleted:
            sights.setdefault(change.table.name, []).append(_tombstone(session, change, change.version))
        else:
            sight = Sight(change.payload, change.version, change.api_version)
            sights.setdefault(change.table.name, []).append(sight)
    for change, page in _ask(api, to_ask):
        # Asked after the event and what is held were seen, so later than both, whatever whole seconds say.
        version = max(version_of(page.seen_at), change.version + 1, held.get((change.table.name, change.id), 0) + 1)
        collect(sights, change.table, page, version)
        if not page.objects:
            sights[change.table.name].append(_tombstone(session, change, version))
    land(session, tables, sights, confirms=True)


def collect(sights: dict[str, list[Sight]], table: StripeTable, page: Page, version: int | None = None) -> None:
    """Add a page's objects to `sights`, and those that came inside them, each to its table."""
    sights.setdefault(table.name, []).extend(rows.sights(page, version))
    for name, objects in page.beside.items():
        inside = Page(objects, page.seen_at, page.api_version)
        sights.setdefault(name, []).extend(rows.sights(inside, version))


def land(
    session: Session, tables: Mapping[str, StripeTable], sights: Mapping[str, list[Sight]], *, confirms: bool = False
) -> dict[str, list[str]]:
    """Land sights of many tables; returns the ids written, by table. `confirms` as in `Landing.land`."""
    batches = {
        name: [rows.of_sights(tables[name], session.connection, found, session.synced_at)]
        for name, found in sights.items()
    }
    return session.landing.land(batches, confirms=confirms)


def _ask(api: StripeApi, changes: list[Change]) -> Iterator[tuple[Change, Page]]:
    with ThreadPoolExecutor(ASKERS) as pool:
        yield from zip(changes, pool.map(lambda c: api.retrieve(c.table, c.id), changes), strict=True)


def _tombstone(session: Session, change: Change, version: int) -> Sight:
    """The object's last state: the one held, unless the event's own payload is in the version all is read in."""
    if change.payload is not None and str(change.api_version)[:10] == API_VERSION[:10]:
        return Sight(change.payload, version, change.api_version, is_deleted=True)
    state, api_version = last_state(session, change.table, change.id) or (change.payload, change.api_version)
    return Sight(state or {"id": change.id, "object": change.table.object}, version, api_version, is_deleted=True)


def last_state(session: Session, table: StripeTable, identity: str) -> tuple[Object, str | None] | None:
    """The object as it is held, with the API version it was read in."""
    query = sql.SQL("select data, api_version from {} where connection = %s and id = %s").format(
        sql.Identifier(session.connector.schema, table.name)
    )
    return session.db.execute(query, [session.connection.name, identity]).fetchone()


def _versions(session: Session, chunk: Iterable[Change]) -> dict[tuple[str, str], int]:
    """The versions held of the changed objects, by table and id."""
    ids: dict[str, list[str]] = {}
    for change in chunk:
        ids.setdefault(change.table.name, []).append(change.id)
    return {
        (name, identity): version
        for name, wanted in ids.items()
        for identity, (version, _) in session.landing.held(name, wanted).items()
    }


def _discounts(change: Change) -> set[str]:
    """The discounts the payload names by id only, which come whole when the object itself is asked for."""
    payload: Mapping[str, Any] = change.payload or {}
    return {
        member
        for field in change.table.harvest
        for member in payload.get(field) or []
        if isinstance(member, str) and not change.is_deleted
    }


def _known_discounts(session: Session, changes: Iterable[Change]) -> set[str]:
    named = sorted({identity for change in changes for identity in _discounts(change)})
    return set(session.landing.held("discounts", named)) if named else set()
