"""HubSpot's lists and their members in the order they were added, with what a list says of itself.

Belongs here: both, and their two addresses. Does not: changes as a business makes them (`hubspot_world.py`).
"""

import base64
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot_errors import invalid, not_found, whole
from connectors.sandbox.hubspot_store import Object, milliseconds

MOST_LISTS, MOST_MEMBERS = 500, 250


@dataclass
class Members:
    """The members of one list: `joined` sorts (time of joining, record), `times` are those times as written."""

    joined: list[tuple[int, int]] = field(default_factory=list)
    times: dict[int, str] = field(default_factory=dict)

    def add(self, record: int, at: str) -> None:
        """Add a member, if it is none."""
        if record not in self.times:
            self.times[record] = at
            insort(self.joined, (milliseconds(at), record))

    def remove(self, record: int) -> bool:
        """Remove a member; False when it was none."""
        at = self.times.pop(record, None)
        if at is None:
            return False
        del self.joined[bisect_left(self.joined, (milliseconds(at), record))]
        return True


@dataclass
class Lists:
    """Every list by its id, and the members of each."""

    lists: dict[str, Object] = field(default_factory=dict)
    members: dict[str, Members] = field(default_factory=dict)

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a search of lists: by name and object type, `count` from `offset` on."""
        count = whole("count", body.get("count", 20), 1, MOST_LISTS)
        offset = whole("offset", body.get("offset", 0), 0, 2**31)
        kind, query = body.get("objectTypeId"), str(body.get("query") or "").lower()
        found = [
            {**obj, "additionalProperties": self._says(id_, obj)}
            for id_, obj in sorted(self.lists.items(), key=lambda item: (len(item[0]), item[0]))
            if kind in (None, obj.get("objectTypeId")) and query in obj.get("name", "").lower()
        ]
        page = found[offset : offset + count]
        has_more = offset + count < len(found)
        return {"lists": page, "offset": offset + len(page), "hasMore": has_more, "total": len(found)}

    def page(self, list_id: str, query: Any, *, by_time: bool) -> dict[str, Any]:
        """A page of a list's members, by the time they joined or by record."""
        if list_id not in self.lists:
            raise not_found(f"List does not exist with ID {list_id}.")
        members = self.members.setdefault(list_id, Members())
        limit = whole("limit", query.get("limit", 100), 1, MOST_MEMBERS)
        order = members.joined if by_time else sorted((record, record) for record in members.times)
        first = bisect_right(order, _opened(query["after"])) if query.get("after") else 0
        shown = order[first : first + limit]
        results = [{"recordId": str(record), "membershipTimestamp": members.times[record]} for _, record in shown]
        body: dict[str, Any] = {"results": results, "total": len(order)}
        if first + limit < len(order):
            body["paging"] = {"next": {"after": _cursor(shown[-1])}}
        return body

    def _says(self, id_: str, obj: Object) -> Object:
        members = self.members.get(id_, Members())
        added = {"hs_last_record_added_at": str(members.joined[-1][0])} if members.joined else {}
        return added | (obj.get("additionalProperties") or {}) | {"hs_list_size": str(len(members.times))}


def _cursor(at: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(f"{at[0]}/{at[1]}".encode()).decode()


def _opened(cursor: str) -> tuple[int, int]:
    try:
        time, _, record = base64.urlsafe_b64decode(cursor).decode().partition("/")
        return int(time), int(record)
    except ValueError:
        raise invalid(f"after is {cursor!r}, which no page gave") from None
