"""`expand[]`: putting the world's objects in the place of their ids, as deep as Stripe does.

What can be expanded stands in `stripe_expandable.py`. A reference to an object the world does not hold (a deleted
customer, a payment method) stays an id.
"""

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.stripe_errors import StripeError, bad_request
from connectors.sandbox.stripe_expandable import INCLUDED, expandable
from connectors.sandbox.stripe_resource import Resource
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_versions import View
from connectors.sandbox.stripe_world import cut

_DEPTH = 4


class Expander:
    """Expands properties of decoded objects in place, from the objects of one view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._world = view.world

    def check(self, resource: Resource, paths: Sequence[str], listed: bool) -> list[str]:
        """The paths below one object; raises `StripeError` for one that Stripe would not expand."""
        below = []
        for path in paths:
            if path.count(".") + 1 > _DEPTH + listed:
                raise bad_request(f"You cannot expand more than {_DEPTH} levels of a property ({path}).", "expand")
            inner = path.removeprefix("data.") if listed else path
            if listed and inner == path:
                hint = f" You may want to try expanding 'data.{path}' instead."
                raise _refusal(path, hint if self._leads_on(resource.name, path) else "")
            if not self._leads_on(resource.name, inner):
                raise _refusal(path)
            below.append(inner)
        return below

    def expand(self, resource: Resource, item: dict[str, Any], paths: Sequence[str]) -> None:
        """Expand the checked `paths` of `item`."""
        for path in paths:
            self._expand(resource.name, item, path)

    def _leads_on(self, name: str, path: str) -> bool:
        """Whether `path` is expandable step by step, starting at an object of the list `name`."""
        return any(
            rest == "" or any(self._leads_on(n, rest) for n in _targets(target))
            for target, rest in self._steps(name, path)
        )

    def _steps(self, name: str, path: str) -> list[tuple[str, str]]:
        """The expandable properties `path` may begin with: (their target, what is left of the path)."""
        return [
            (target, path[len(edge) + 1 :].removeprefix("data."))
            for edge, target in expandable(self._view, name).items()
            if path == edge or path.startswith(edge + ".")
        ]

    def _expand(self, name: str, item: dict[str, Any], path: str) -> None:
        for key in RESOURCES[name].left_out:
            if path == key or path.startswith(key + "."):
                self._put_in(name, item, key)
        for edge, target in expandable(self._view, name).items():
            if target and (path == edge or path.startswith(edge + ".")):
                if (name, edge) in INCLUDED:
                    self._include(name, item, edge, target)
                rest = path[len(edge) + 1 :].removeprefix("data.")
                self._replace(item, edge.split("."), target, rest)

    def _put_in(self, name: str, item: dict[str, Any], key: str) -> None:
        """Put in a nested list the object was written with, cut at ten."""
        whole = self._world.nested(name, item["id"], key)
        if whole is not None and not isinstance(item.get(key), dict):
            item[key] = cut(whole)

    def _include(self, name: str, item: dict[str, Any], edge: str, target: str) -> None:
        """Put in the list of objects that name this one, cut at ten."""
        if isinstance(item.get(edge), dict):
            return
        url = f"/v1/charges/{item['id']}/refunds" if edge == "refunds" else f"/v1/{target}?invoice={item['id']}"
        ids, has_more = self._world.having(target, INCLUDED[name, edge], item["id"])
        data = [self._view.get(target, id_) for id_ in ids]
        item[edge] = {"object": "list", "data": data, "has_more": has_more, "url": url}

    def _replace(self, holder: Any, keys: list[str], target: str, rest: str) -> None:
        """Walk `keys` below `holder` and put the object in the place of its id."""
        if isinstance(holder, list):
            for entry in holder:
                self._replace(entry, keys, target, rest)
            return
        if not isinstance(holder, dict):
            return
        key = keys[0]
        if len(keys) > 1:
            self._replace(holder.get(key), keys[1:], target, rest)
            return
        for name in _targets(target):
            value = holder.get(key)
            if isinstance(value, str):
                holder[key] = self._view.get(name, value) or value
            for found in _objects(holder.get(key), RESOURCES[name].object):
                if rest:
                    self._expand(name, found, rest)


def _targets(target: str) -> list[str]:
    return [name for name in target.split("|") if name]


def _objects(value: Any, kind: str) -> list[dict[str, Any]]:
    """The objects of `kind` that `value` is or, for a list, holds; an object that says no kind is taken as one."""
    if not isinstance(value, dict):
        return []
    if value.get("object") == "list":
        return [entry for entry in value.get("data", []) if isinstance(entry, dict)]
    return [value] if value.get("object", kind) == kind else []


def _refusal(path: str, hint: str = "") -> StripeError:
    return bad_request(f"This property cannot be expanded ({path}).{hint}")
