"""The members of one list, in the order they were added: from where a reading stopped, the end only, or all again.

Belongs here: these readings and how far they came. Does not: which of them a list gets (`lists.py`).
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial

from connectors.connector import Page
from connectors.hubspot.client import HubspotApi
from connectors.hubspot.landing import Batches
from connectors.hubspot.tables import MEMBERSHIPS
from connectors.sync import cursors, gone
from connectors.sync.session import Session

PAGE_SIZE = 250
DOUBTED = "doubted"


Says = tuple[str, ...]
"""What a list says of itself: its size, when somebody was added last, when removed."""


@dataclass(frozen=True)
class State:
    """What a list said of itself when its reading began, and at which time of the vendor's (ISO 8601).

    `after` is the cursor to go on with: that of the last page once the list `is_whole`, which took `pages`.
    """

    says: Says
    read_at: str
    after: str | None = None
    pages: int = 0
    is_whole: bool = False

    @property
    def moment(self) -> datetime:
        """When the reading began."""
        return datetime.fromisoformat(self.read_at)


@dataclass
class Members:
    """The memberships of the list `list_id`."""

    session: Session
    api: HubspotApi
    list_id: str

    def state(self) -> State | None:
        """How far the list was read; None when never."""
        held = cursors.get(self.session.db, self.session.connection, self._name)
        if held is None:
            return None
        found = json.loads(held)
        return State(**{**found, "says": tuple(found["says"])})

    def read_on(self, state: State, batches: Batches) -> State:
        """Read from where `state` stands into `batches`; how far that is, is remembered as it lands."""
        for page, (own, following, pages) in self._pages(state.after, state.pages):
            after = own if following is None else following
            state = replace(state, after=after, pages=pages, is_whole=following is None)
            batches.add(page, partial(self.put, state), self.list_id)
        return state

    def read_again(self, state: State, batches: Batches, removed_at: datetime | None) -> None:
        """Read the whole list, bury who is no longer on it, and remember that as `state`.

        They were removed by `removed_at` where that is known, else by the time of the reading.
        """
        shown: set[str | None] = set()
        seen_at: list[datetime] = []
        for page, (own, _, pages) in self._pages(None, 0):
            state = replace(state, after=own, pages=pages, is_whole=True)
            shown.update(MEMBERSHIPS.identify(obj) for obj in page.objects)
            seen_at.append(page.seen_at)
            batches.add(page)
        batches.flush()
        if vanished := self.living() - shown:
            for at in (removed_at, seen_at[0]):  # what was seen after `removed_at` is buried by the second
                if at:
                    gone.bury(self.session, MEMBERSHIPS, sorted(vanished), at)
        self.put(state)

    def bury_all(self, seen_at: datetime) -> None:
        """The list is gone: nobody is on it."""
        gone.bury(self.session, MEMBERSHIPS, sorted(self.living()), seen_at)
        cursors.forget(self.session.db, self.session.connection, self._name)

    def doubt(self) -> None:
        """Forget what the list said of itself: it is read again as if somebody had been removed."""
        if (state := self.state()) is not None:
            self.put(replace(state, says=("", "", DOUBTED)))

    def living(self) -> set[str]:
        """The ids of the memberships held and not deleted."""
        found = self.session.db.execute(
            "select id from raw_hubspot.list_memberships"
            " where connection = %s and split_part(id, '/', 1) = %s and not is_deleted",
            [self.session.connection.name, self.list_id],
        ).fetchall()
        return {identity for (identity,) in found}

    def put(self, state: State) -> None:
        """Remember how far the list was read."""
        cursors.put(self.session.db, self.session.connection, self._name, json.dumps(asdict(state)))

    def _pages(self, after: str | None, before: int) -> Iterator[tuple[Page, tuple[str | None, str | None, int]]]:
        """Pages from a cursor on, each with its own cursor, the next one's and the number of pages up to it."""
        query = {"limit": str(PAGE_SIZE)} | ({"after": after} if after else {})
        path = f"/crm/v3/lists/{self.list_id}/memberships/join-order"
        own, what = after, f"{MEMBERSHIPS.name} of list {self.list_id}"
        for pages, (answer, following) in enumerate(
            self.api.listed(what, path, MEMBERSHIPS.permission, **query), start=before + 1
        ):
            members = [{**member, "listId": self.list_id} for member in answer.body["results"]]
            yield Page(members, answer.seen_at, "v3"), (own, following, pages)
            own = following

    @property
    def _name(self) -> str:
        return f"list:{self.list_id}"
