"""CRM objects of one type: what HubSpot's own store holds, and what its search index shows, which lags behind it.

Belongs here: both, by id. Does not: addresses (`hubspot_objects.py`), what a search asks (`hubspot_search.py`), changes
as a business makes them (`hubspot_world.py`).
"""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

Object = dict[str, Any]


def milliseconds(text: str | None) -> int:
    """One of HubSpot's timestamps in milliseconds since 1970; 0 without one."""
    if not text:
        return 0
    at = datetime.fromisoformat(text)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000)


def timestamp(ms: float) -> str:
    """Milliseconds since 1970 as HubSpot writes them."""
    return datetime.fromtimestamp(int(ms) / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Index:
    """What a search sees: `order` sorts (time of modification, id), `waiting` are changes that show only later."""

    lines: dict[int, bytes] = field(default_factory=dict)
    times: dict[int, int] = field(default_factory=dict)
    order: list[tuple[int, int]] = field(default_factory=list)
    waiting: deque[tuple[float, int, bytes | None, int]] = field(default_factory=deque)

    def show_due(self, now: float) -> None:
        """Take in the changes due at `now`."""
        while self.waiting and self.waiting[0][0] <= now:
            _, key, line, ms = self.waiting.popleft()
            if key in self.times:
                del self.order[bisect_left(self.order, (self.times.pop(key), key))]
                del self.lines[key]
            if line is not None:
                self.lines[key], self.times[key] = line, ms
                insort(self.order, (ms, key))


@dataclass
class Store:
    """Objects by id as JSON lines; `live` and `archived` are their ids in order; `modified` names the property.

    `merged` leads from an id that was merged away to the one that remains. `names` are the properties ever seen.
    """

    modified: str
    index_lag_seconds: float = 0.0
    lines: dict[int, bytes] = field(default_factory=dict)
    live: list[int] = field(default_factory=list)
    archived: list[int] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    emails: dict[str, int] = field(default_factory=dict)
    index: Index = field(default_factory=Index)

    def fill(self, objects: list[tuple[Object, bytes]]) -> None:
        """Take in many objects at once, searchable at once."""
        for obj, line in objects:
            key = int(obj["id"])
            self._note(key, obj, line)
            if obj.get("archived"):
                self.archived.append(key)
            else:
                self.live.append(key)
                self.index.lines[key], self.index.times[key] = line, self._time(obj)
        self.live.sort()
        self.archived.sort()
        self.index.order = sorted((ms, key) for key, ms in self.index.times.items())

    def get(self, id_: str) -> Object | None:
        """The object of that id, or the one it was merged into."""
        key = int(id_) if id_.isdigit() else 0
        while key in self.merged:
            key = self.merged[key]
        line = self.lines.get(key)
        return None if line is None else orjson.loads(line)

    def put(self, obj: Object, now: float) -> None:
        """Write an object; the index shows it later."""
        key, line = int(obj["id"]), orjson.dumps(obj)
        self._take_off(key)
        self._note(key, obj, line)
        insort(self.archived if obj.get("archived") else self.live, key)
        shown = None if obj.get("archived") else line
        self.index.waiting.append((now + self.index_lag_seconds, key, shown, self._time(obj)))

    def remove(self, id_: str, now: float) -> None:
        """Forget an object altogether."""
        self._take_off(int(id_))
        self.lines.pop(int(id_), None)
        self.index.waiting.append((now + self.index_lag_seconds, int(id_), None, 0))

    def page(self, after: int, limit: int, *, archived: bool) -> tuple[list[Object], bool]:
        """At most `limit` objects with an id above `after`, and whether more follow."""
        shelf = self.archived if archived else self.live
        first = bisect_right(shelf, after)
        keys = shelf[first : first + limit]
        return [orjson.loads(self.lines[key]) for key in keys], first + limit < len(shelf)

    def _note(self, key: int, obj: Object, line: bytes) -> None:
        self.lines[key] = line
        properties = obj.get("properties") or {}
        self.names.update(properties)
        if isinstance(properties.get("email"), str):
            self.emails[properties["email"].strip().lower()] = key

    def _take_off(self, key: int) -> None:
        for shelf in (self.live, self.archived):
            at = bisect_left(shelf, key)
            if at < len(shelf) and shelf[at] == key:
                del shelf[at]

    def _time(self, obj: Object) -> int:
        return milliseconds((obj.get("properties") or {}).get(self.modified) or obj.get("updatedAt"))
