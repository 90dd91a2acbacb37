"""Stripe's part of a world: every list read from its file, nested lists cut at ten as the API answers them.

The whole nested lists stay here, for the endpoints that page them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from connectors.sandbox.collection import Cell, Collection, Wanted
from connectors.sandbox.jsonl import Line, read_lines, require_created, require_id
from connectors.sandbox.stripe_resources import RESOURCES, Resource

NESTED_LIMIT = 10


@dataclass
class StripeWorld:
    """Stripe's lists by name, and `nested`: the whole of each list that was cut, by (object id, property)."""

    collections: dict[str, Collection] = field(default_factory=dict)
    nested: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    first_id: str = ""

    def get(self, name: str, id_: str) -> dict[str, Any] | None:
        """The object `id_` of the list `name` as the API answers it, or None."""
        collection = self.collections[name]
        position = collection.position.get(id_)
        return None if position is None else orjson.loads(collection.lines[position])

    def having(self, name: str, filter_: str, value: str) -> tuple[list[str], bool]:
        """The ids of the newest ten objects of the list `name` whose `filter_` is `value`, and whether more exist."""
        collection = self.collections[name]
        wanted = [Wanted(filter_, frozenset({value}))]
        page, has_more = collection.page(collection.window(), wanted, [], NESTED_LIMIT)
        return [collection.ids[position] for position in page], has_more

    def children(self, parent: dict[str, Any], key: str) -> list[dict[str, Any]]:
        """All entries of the nested list `key` of `parent`, in their order."""
        whole = self.nested.get((parent["id"], key))
        if whole is not None:
            return whole
        embedded = parent.get(key)
        data = embedded.get("data") if isinstance(embedded, dict) else None
        return data if isinstance(data, list) else []


def load_stripe(folder: Path) -> StripeWorld:
    """Read every list of `folder`; a missing file is an empty list. Raises `WorldError` naming file and line."""
    world = StripeWorld()
    oldest: tuple[int, str] | None = None
    for resource in RESOURCES.values():
        rows: list[tuple[int, str, bytes, dict[str, Cell]]] = []
        seen: dict[str, int] = {}
        for line in read_lines(folder / f"{resource.name}.jsonl"):
            id_, created = require_id(line, seen), require_created(line)
            cells = {name: f.extract(line.value) for name, f in resource.filters.items()}
            rows.append((created, id_, _cut(resource, line, world), cells))
            if oldest is None or (created, id_) < oldest:
                oldest = (created, id_)
        world.collections[resource.name] = Collection.build(rows, list(resource.filters))
    world.first_id = oldest[1] if oldest else ""
    return world


def _cut(resource: Resource, line: Line, world: StripeWorld) -> bytes:
    """The object's line with its nested lists cut at ten; the whole lists are kept in `world.nested`."""
    cut = False
    for key in resource.nested:
        nested = line.value.get(key)
        data = nested.get("data") if isinstance(nested, dict) else None
        if isinstance(nested, dict) and isinstance(data, list) and len(data) > NESTED_LIMIT:
            world.nested[line.value["id"], key] = data
            nested.update(data=data[:NESTED_LIMIT], has_more=True)
            cut = True
    return orjson.dumps(line.value) if cut else line.raw
