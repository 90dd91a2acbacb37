"""HubSpot's search of CRM objects: filters on the time of modification and the id, one sort, and the 10,000 wall."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from operator import eq, ge, gt, le, lt
from typing import Any

import orjson

from connectors.sandbox.hubspot_errors import HubSpotError, invalid, whole
from connectors.sandbox.hubspot_store import Object, Store, milliseconds

WALL = 10_000
MOST = 200
_COMPARE: dict[str, Callable[[int, int], bool]] = {"EQ": eq, "GT": gt, "GTE": ge, "LT": lt, "LTE": le}
Filter = tuple[str, str, int]


def search(store: Store, body: dict[str, Any], now: float) -> tuple[list[Object], int, str | None]:
    """The page asked for, how many match, and the next page's `after`; raises HubSpot's 400."""
    store.index.show_due(now)
    limit = whole("limit", body.get("limit", 10), 1, MOST)
    after = whole("after", body.get("after") or 0, 0, 2**31)
    if after + limit > WALL:
        raise HubSpotError(400, "There was a problem with the request.", "VALIDATION_ERROR")
    groups = [[_filter(store, one) for one in group.get("filters") or []] for group in body.get("filterGroups") or [{}]]
    by, descending = _sort(store, body.get("sorts") or [])
    found: set[tuple[int, int]] = set()
    for group in groups:
        found.update(_matching(store, group))
    is_by_time = by == store.modified
    ordered = sorted(found, key=lambda at: at if is_by_time else (at[1], 0), reverse=descending)
    keys = [key for _, key in ordered[after : after + limit]]
    following = str(after + limit) if after + limit < len(ordered) else None
    return [orjson.loads(store.index.lines[key]) for key in keys], len(ordered), following


def _matching(store: Store, filters: list[Filter]) -> list[tuple[int, int]]:
    order = store.index.order
    first, last = 0, len(order)
    for name, operator, value in filters:
        if name == store.modified:
            if operator in ("GTE", "EQ"):
                first = max(first, bisect_left(order, (value, 0)))
            if operator in ("LTE", "EQ"):
                last = min(last, bisect_right(order, (value, 2**63)))
    return [
        at
        for at in order[first:last]
        if all(_COMPARE[what](at[0] if name == store.modified else at[1], value) for name, what, value in filters)
    ]


def _filter(store: Store, one: dict[str, Any]) -> Filter:
    name, operator, text = one.get("propertyName"), one.get("operator"), str(one.get("value"))
    if name not in (store.modified, "hs_object_id") or operator not in _COMPARE:
        raise invalid(f"the filter {operator} on {name} is not played here; see the sandbox's README")
    if not text.isdigit():
        if name != store.modified:
            raise invalid(f"the value {text!r} of {name} is no number")
        return str(name), str(operator), milliseconds(text)
    return str(name), str(operator), int(text)


def _sort(store: Store, sorts: list[Any]) -> tuple[str, bool]:
    if len(sorts) > 1:
        raise invalid("only one sort is allowed")
    if not sorts:
        return "hs_object_id", False
    name = sorts[0].get("propertyName") if isinstance(sorts[0], dict) else sorts[0]
    if name not in (store.modified, "hs_object_id"):
        raise invalid(f"the sort by {name} is not played here; see the sandbox's README")
    return str(name), isinstance(sorts[0], dict) and sorts[0].get("direction") == "DESCENDING"
