"""One Stripe account's objects in memory: by list, with nested lists cut at ten as the API answers them.

The whole of what was cut stays here, for the endpoints that page it. Reading files stands in `stripe_files.py`.
"""

import threading
from collections.abc import Sequence
from typing import Any

import orjson

from connectors.sandbox.collection import Cell, Collection, Row, Wanted
from connectors.sandbox.stripe_resource import Resource
from connectors.sandbox.stripe_resources import RESOURCES

NESTED_LIMIT = 10


class StripeWorld:
    """Stripe's lists by name; `deleted` holds, by list, the ids deleted and when (Unix seconds).

    Hold `lock` while reading or writing when another thread may write.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.collections = {name: Collection(columns=tuple(r.columns)) for name, r in RESOURCES.items()}
        self.deleted: dict[str, dict[str, int]] = {name: {} for name in RESOURCES}
        self._aside: dict[tuple[str, str], bytes] = {}

    def row(self, resource: Resource, item: dict[str, Any], raw: bytes | None = None) -> Row:
        """What `fill` wants of one object; `raw` are its bytes if it has been written so."""
        return item[resource.created_key], item["id"], self._shown(resource, item, raw), _cells(resource, item)

    def fill(self, name: str, rows: Sequence[Row]) -> None:
        """Put in all objects of one list at once, in file order."""
        self.collections[name] = Collection.build(rows, list(RESOURCES[name].columns))

    def put(self, name: str, item: dict[str, Any], number: int | None = None) -> None:
        """Put in a new object, or a new version of one that is there; `number` is its place within its second."""
        resource, collection, id_ = RESOURCES[name], self.collections[name], item["id"]
        cells = _cells(resource, item)
        for key in (*resource.nested, *resource.unseen):
            self._aside.pop((id_, key), None)
        line = self._shown(resource, item, None)
        if id_ in collection.key:
            collection.replace(id_, line, cells)
        else:
            collection.insert(item[resource.created_key], id_, line, cells, number)
            self.deleted[name].pop(id_, None)

    def delete(self, name: str, id_: str, at: int) -> None:
        """Take an object out of its list; from then on only its tombstone is answered."""
        self.collections[name].remove(id_)
        self.deleted[name][id_] = at

    def get(self, name: str, id_: str) -> dict[str, Any] | None:
        """The object `id_` of the list `name` as the API answers it, or None."""
        line = self.collections[name].line(id_)
        return None if line is None else orjson.loads(line)

    def whole(self, name: str, id_: str) -> dict[str, Any] | None:
        """The object `id_` as it was written: nested lists in full, with what is left out or unseen; or None."""
        item = self.get(name, id_)
        if item is not None:
            for key in (*RESOURCES[name].nested, *RESOURCES[name].unseen):
                if (id_, key) in self._aside:
                    item[key] = orjson.loads(self._aside[id_, key])
        return item

    def tombstone(self, name: str, id_: str) -> bytes | None:
        """What is answered for a deleted object, or None when it was not deleted."""
        if id_ not in self.deleted[name]:
            return None
        return orjson.dumps({"id": id_, "object": RESOURCES[name].object, "deleted": True})

    def having(self, name: str, column: str, value: str, limit: int = NESTED_LIMIT) -> tuple[list[str], bool]:
        """The ids of the newest `limit` objects whose `column` is `value`, and whether more exist."""
        collection = self.collections[name]
        wanted = [Wanted(column, frozenset({value}))]
        page, has_more = collection.page(collection.window(), wanted, [], limit)
        return [collection.ids[position] for position in page], has_more

    def nested(self, name: str, id_: str, key: str) -> dict[str, Any] | None:
        """The whole nested list `key` of an object, with its envelope; None when the object has none."""
        if (id_, key) in self._aside:
            return orjson.loads(self._aside[id_, key])
        found = (self.get(name, id_) or {}).get(key)
        return found if isinstance(found, dict) else None

    @property
    def oldest(self) -> tuple[int, str]:
        """When the oldest object was created, and the least id of that second; (0, "") in an empty world."""
        firsts = []
        for collection in self.collections.values():
            if collection.lines:
                second = collection.created(0)
                firsts.append((second, min(collection.ids[: collection.window(lte=second).last])))
        return min(firsts, default=(0, ""))

    def _shown(self, resource: Resource, item: dict[str, Any], raw: bytes | None) -> bytes:
        """The object as it is answered; what that leaves out is put aside."""
        changed: dict[str, Any] = {}
        without = [key for key in resource.unseen if key in item]
        for key in resource.nested:
            nested = item.get(key)
            data = nested.get("data") if isinstance(nested, dict) else None
            if not isinstance(data, list):
                continue
            if key in resource.left_out:
                without.append(key)
            elif len(data) > NESTED_LIMIT:
                changed[key] = cut(item[key])
        for key in (*without, *changed):
            self._aside[item["id"], key] = _encoded(item[key])
        if raw is not None and not changed and not without:
            return raw
        return _encoded({key: changed.get(key, value) for key, value in item.items() if key not in without})


def cut(nested: dict[str, Any]) -> dict[str, Any]:
    """A nested list as Stripe embeds it: ten entries, and whether there are more."""
    data = nested["data"]
    return {**nested, "data": data[:NESTED_LIMIT], "has_more": len(data) > NESTED_LIMIT}


def _cells(resource: Resource, item: dict[str, Any]) -> tuple[Cell, ...]:
    """What the object is looked up by, one cell a column."""
    return tuple([extract(item) for extract in resource.columns.values()])


def _encoded(value: Any) -> bytes:
    """The value's JSON in a buffer of its own size: orjson's is up to three times as large, and kept."""
    return bytes(memoryview(orjson.dumps(value)))
