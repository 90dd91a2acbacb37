"""The order of one sync of a HubSpot account.

    contacts, deals: history once ──► changes, soon and an hour behind ──► sweep of ids, when due
    owners: whole
    lists: whole ──► members of the lists that changed

Belongs here: this order, and what a missing scope closes. Does not: each of these readings.
"""

from collections.abc import Callable

from connectors.connector import Page
from connectors.hubspot.changes import read_changes
from connectors.hubspot.client import Denied, HubspotApi
from connectors.hubspot.history import read_history
from connectors.hubspot.lists import read_lists
from connectors.hubspot.objects import VERSION, Objects
from connectors.hubspot.sweep import sweep
from connectors.hubspot.tables import CONTACTS, DEALS, LISTS, MEMBERSHIPS, OWNERS
from connectors.sync import gone, ledger
from connectors.sync.ledger import Access
from connectors.sync.session import Session

OWNERS_AT_ONCE = "500"


def follow(session: Session) -> None:
    """Bring the connection's raw tables up to date. Raises `ConfigError` for a token that may not read contacts."""
    api = HubspotApi(session.connection)
    try:
        ledger.begin(session.db, session.connector, session.connection, False, api.account_id())
        vanished: list[str] = []
        if CONTACTS.name in session.tables:
            vanished = _read_objects(session, Objects(api, CONTACTS))
        if DEALS.name in session.tables:
            _unless_denied(session, (DEALS.name,), lambda: _read_objects(session, Objects(api, DEALS)))
        if OWNERS.name in session.tables:
            _unless_denied(session, (OWNERS.name,), lambda: _read_owners(session, api))
        if LISTS.name in session.tables or MEMBERSHIPS.name in session.tables:
            _unless_denied(session, (LISTS.name, MEMBERSHIPS.name), lambda: read_lists(session, api, api.now, vanished))
    finally:
        session.requests = api.sent
    accesses = [Access(name, name not in session.denied, session.denied.get(name)) for name in session.tables]
    ledger.grant(session.db, session.connection, accesses)


def _unless_denied(session: Session, names: tuple[str, ...], read: Callable[[], object]) -> None:
    """Read; a missing scope closes these tables only."""
    try:
        read()
    except Denied as error:
        session.denied |= {name: str(error) for name in names if name in session.tables}


def _read_objects(session: Session, objects: Objects) -> list[str]:
    """History, changes and the sweep; returns the ids that are archived or gone since the last sweep."""
    began = read_history(session, objects, objects.api.now)
    now = objects.api.now
    read_changes(session, objects, began, now)
    return sweep(session, objects, began, now)


def _read_owners(session: Session, api: HubspotApi) -> None:
    pages: list[Page] = []
    for archived in ("false", "true"):
        listed = api.listed(OWNERS.name, "/crm/v3/owners", OWNERS.permission, limit=OWNERS_AT_ONCE, archived=archived)
        pages += [Page(answer.body["results"], answer.seen_at, VERSION) for answer, _ in listed]
    gone.replace(session, OWNERS, pages, gone.living(session, OWNERS))
