"""HubSpot's part of a world: the contacts, oldest id first, present and archived apart."""

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from connectors.sandbox.jsonl import WorldError, read_lines, require_id


@dataclass
class Shelf:
    """Contacts of one kind in the order of their ids: `keys` are the ids as numbers, `lines` their objects."""

    keys: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    def after(self, key: int, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """At most `limit` contacts with an id above `key`, and whether more follow."""
        first = bisect_right(self.keys, key)
        page = [orjson.loads(line) for line in self.lines[first : first + limit]]
        return page, first + limit < len(self.lines)


@dataclass
class HubSpotWorld:
    """Contacts by shelf and by id, ids by primary email, and every property any contact has."""

    present: Shelf = field(default_factory=Shelf)
    archived: Shelf = field(default_factory=Shelf)
    by_id: dict[str, bytes] = field(default_factory=dict)
    id_by_email: dict[str, str] = field(default_factory=dict)
    properties: tuple[str, ...] = ()


def load_hubspot(folder: Path) -> HubSpotWorld:
    """Read `contacts.jsonl` of `folder`; raises `WorldError` naming file and line."""
    world = HubSpotWorld()
    seen: dict[str, int] = {}
    names: set[str] = set()
    rows: list[tuple[int, bool, bytes]] = []
    for line in read_lines(folder / "contacts.jsonl"):
        id_ = require_id(line, seen)
        properties = line.value.get("properties", {})
        if not (id_.isascii() and id_.isdigit()):
            raise WorldError(f"{line.where}: the contact id is {id_!r}; HubSpot's ids are digits only.")
        if not isinstance(properties, dict):
            raise WorldError(f"{line.where}: `properties` is {type(properties).__name__}, expected an object.")
        names.update(properties)
        world.by_id[id_] = line.raw
        if isinstance(properties.get("email"), str):
            world.id_by_email[properties["email"].strip().lower()] = id_
        rows.append((int(id_), line.value.get("archived") is True, line.raw))
    for key, archived, raw in sorted(rows):
        shelf = world.archived if archived else world.present
        shelf.keys.append(key)
        shelf.lines.append(raw)
    world.properties = tuple(sorted(names))
    return world
