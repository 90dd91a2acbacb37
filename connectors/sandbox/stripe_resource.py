"""What it takes to declare one of Stripe's lists: its address, its filters, and where an object keeps their values.

The lists themselves are declared in `stripe_resources.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connectors.sandbox.collection import Cell

Extract = Callable[[dict[str, Any]], Cell]


@dataclass(frozen=True)
class Filter:
    """One list parameter: how it is read (`kind`: text, pattern, boolean, enum, list, time) and compared.

    `refers_to` names the list whose ids the value must be among, `choices` what an enum may say.
    """

    extract: Extract
    kind: str = "text"
    choices: tuple[str, ...] = ()
    refers_to: str = ""


@dataclass(frozen=True)
class Resource:
    """One list under /v1, read from the file of its name.

    `path` is its address when that differs, `id_param` how Stripe names the id in a 404, `created_key` where an object
    keeps its time. `nested` lists are cut at ten; those `left_out` are answered only when expanded. `unseen` keys serve
    a filter and are never answered; `links` are looked up by the sandbox itself. `permission` reads it with a
    restricted key, and each of `children` is a nested list with an address of its own.
    """

    name: str
    object: str
    filters: Mapping[str, Filter]
    permission: str
    id_param: str = "id"
    path: str = ""
    created_key: str = "created"
    nested: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    links: Mapping[str, Extract] = field(default_factory=dict)
    children: tuple[str, ...] = ()
    wording: str = ""

    @property
    def noun(self) -> str:
        """The object as Stripe's messages call it: `No such <noun>: 'x'`."""
        return self.wording or self.object

    @property
    def url(self) -> str:
        """The list's address."""
        return f"/v1/{self.path or self.name}"

    @cached_property
    def columns(self) -> dict[str, Extract]:
        """Everything objects are looked up by: the filters, then the links."""
        return {name: f.extract for name, f in self.filters.items()} | dict(self.links)


def reference(value: Any) -> str | None:
    """The id of a reference, whether it is an id or the expanded object."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


def at(*path: str) -> Extract:
    """Read the value at `path`: an id for a reference, `true`/`false` for a boolean, a whole number as it is."""

    def extract(item: dict[str, Any]) -> Cell:
        value: Any = item
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, int) else reference(value)

    return extract


def either(*extracts: Extract) -> Extract:
    """The first value that is there: for what moved from one place to another between Stripe's versions."""

    def extract(item: dict[str, Any]) -> Cell:
        return next((found for one in extracts if (found := one(item)) is not None), None)

    return extract


def entries(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in the nested list `key`; none when there is no such list."""
    nested = item.get(key)
    data = nested.get("data") if isinstance(nested, dict) else None
    return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
