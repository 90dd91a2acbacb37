"""Lists of contacts and who is on them: all lists at each sync, and the members of those that say they changed.

    size, last added, last removed ──► as when it was read: nothing, if it says any of these
                                  ├──► nobody removed: the end of the list, if that makes up the size
                                  └──► else the whole list; who is no longer on it is buried

Belongs here: which of these a list gets. Does not: the readings (`members.py`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectors.connector import Object, Page
from connectors.errors import StopError
from connectors.hubspot.client import HubspotApi
from connectors.hubspot.landing import Batches
from connectors.hubspot.members import Members, Says, State
from connectors.hubspot.tables import LISTS, MEMBERSHIPS
from connectors.sync import gone
from connectors.sync.http import AbsentError
from connectors.sync.session import Session

LISTS_AT_ONCE = 500
CONTACTS_TYPE = "0-1"
SIZE, ADDED, REMOVED = SAYS = ("hs_list_size", "hs_last_record_added_at", "hs_last_record_removed_at")
SMALL = 10
"""Pages of a list that is read again as soon as somebody was removed; a longer one waits for each of its pages."""
FOR_EACH_PAGE = timedelta(seconds=6)


def read_lists(session: Session, api: HubspotApi, now: datetime, vanished: Sequence[str] = ()) -> None:
    """Land the lists and the members of those that changed. Raises `Denied` without the scope.

    No list says that a member was merged into another contact, so those that still show `vanished` contacts changed.
    """
    pages = _all_lists(api)
    shown = {str(obj["listId"]): obj for page in pages for obj in page.objects}
    held = gone.living(session, LISTS)
    gone.replace(session, LISTS, pages, ())
    if MEMBERSHIPS.name in session.tables:
        for identity in sorted(held - shown.keys()):
            Members(session, api, identity).bury_all(pages[0].seen_at)
        for identity in _lists_of(session, vanished):
            Members(session, api, identity).doubt()
        _read_members(session, [(Members(session, api, i), _says(obj)) for i, obj in shown.items()], now)
    gone.bury(session, LISTS, sorted(held - shown.keys()), pages[0].seen_at)


def _read_members(session: Session, lists: Sequence[tuple[Members, Says]], now: datetime) -> None:
    """Read what changed: first what can be read on, of all lists together, then whole lists again."""
    batches = Batches(session, MEMBERSHIPS)
    again: list[tuple[Members, State, Says]] = []
    grown: list[tuple[Members, State, Says]] = []
    for members, says in lists:
        state = members.state() or State(says, now.isoformat())
        with _unless_gone(session, members):
            if not state.is_whole:  # the first reading, or the rest of one that was killed
                if not _read_on(members, state, batches):
                    members.read_on(State(says, now.isoformat()), batches)
            elif state.says != says or not any(says):
                nobody_left = any(says) and state.says[2] == says[2]
                reached = _read_on(members, replace(state, pages=state.pages - 1), batches) if nobody_left else None
                (grown if reached else again).append((members, reached or state, says))
    batches.flush()
    for members, state, says in grown:
        if str(len(members.living())) == says[0]:
            members.put(replace(state, says=says, read_at=now.isoformat()))
        else:
            again.append((members, state, says))
    for members, state, says in again:
        if state.pages > SMALL and now - state.moment < state.pages * FOR_EACH_PAGE:
            session.notes.append(f"The list {members.list_id} lost members; it is long, so it is read again later.")
            continue
        removed_at = datetime.fromtimestamp(int(says[2]) / 1_000, UTC) if says[2].isdigit() else None
        is_new = removed_at is not None and state.moment < removed_at
        with _unless_gone(session, members):
            members.read_again(State(says, now.isoformat()), batches, removed_at if is_new else None)


@contextmanager
def _unless_gone(session: Session, members: Members) -> Iterator[None]:
    """Note a list that was deleted since all lists were read; the next sync buries its members."""
    try:
        yield
    except AbsentError:
        session.notes.append(f"The list {members.list_id} was deleted while its members were read.")


def _read_on(members: Members, state: State, batches: Batches) -> State | None:
    """How far the list could be read on; None when HubSpot takes the cursor no more."""
    try:
        return members.read_on(state, batches)
    except AbsentError:
        raise
    except StopError:
        if state.after is None:
            raise
        return None


def _lists_of(session: Session, contacts: Sequence[str]) -> list[str]:
    if not contacts:
        return []
    found = session.db.execute(
        "select distinct split_part(id, '/', 1) from raw_hubspot.list_memberships"
        " where connection = %s and split_part(id, '/', 2) = any(%s) and not is_deleted",
        [session.connection.name, list(contacts)],
    ).fetchall()
    return [identity for (identity,) in found]


def _all_lists(api: HubspotApi) -> list[Page]:
    pages: list[Page] = []
    offset = 0
    while True:
        asked: Object = {"objectTypeId": CONTACTS_TYPE, "offset": offset, "count": LISTS_AT_ONCE}
        asked["additionalProperties"] = list(SAYS)
        answer = api.post(LISTS.name, "/crm/v3/lists/search", LISTS.permission, asked)
        found = api.list_in(LISTS.name, answer, "lists")
        of_contacts = [one for one in found if str(one.get("objectTypeId") or CONTACTS_TYPE) == CONTACTS_TYPE]
        pages.append(Page(of_contacts, answer.seen_at, "v3"))
        if not answer.body.get("hasMore"):
            return pages
        if not found:
            raise StopError(f"{api.who(LISTS.name)}: an empty page at {offset} says that more follow.")
        offset += len(found)


def _says(obj: Object) -> Says:
    properties = obj.get("additionalProperties") or {}
    return tuple(str(properties.get(name) or "") for name in SAYS)
