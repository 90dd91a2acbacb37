"""Stripe's answers to GET: a list page, one object, a nested list; bytes out, `StripeError` where Stripe refuses.

HTTP, keys and limits stand in `stripe_api.py`; what an address means, in `stripe_routes.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import orjson

from connectors.sandbox.collection import Between, Collection, Wanted
from connectors.sandbox.stripe_errors import bad_request, missing_parameter, no_such
from connectors.sandbox.stripe_expand import Expander
from connectors.sandbox.stripe_params import Bounds, ListQuery, read_expand, read_list_query
from connectors.sandbox.stripe_resource import Filter, Resource
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_versions import View

Pairs = Sequence[tuple[str, str]]
_BOTH_CURSORS = "Received both starting_after and ending_before parameters. Please pass in only one."
_BOTH_TYPES = "You may pass either `type` or `types`, but not both."


@dataclass(frozen=True)
class StripeLists:
    """Answers for one view of an account; every method returns the JSON body.

    `oldest_event` is the Unix second before which events are gone; a cursor naming a deleted object is refused when
    `refuses_deleted_cursors`.
    """

    view: View
    oldest_event: int | None = None
    refuses_deleted_cursors: bool = False

    def page(self, name: str, pairs: Pairs) -> bytes:
        """One page of the list `name`, newest first."""
        resource, collection = RESOURCES[name], self.view.world.collections[name]
        query = read_list_query(pairs, resource.filters)
        expander = Expander(self.view)
        expand = expander.check(resource, query.expand, listed=True)
        self._refuse_unknown_ids(resource, query)
        c = query.created
        window = collection.window(c.gt, self._since(name, c.gte), c.lt, c.lte)
        self._check_cursors(name, query)
        collection.beyond(window, query.starting_after, query.ending_before)
        page, has_more = collection.page(window, _wanted(resource, query, collection), _ranges(query), query.limit)
        lines = [collection.lines[position] for position in page]
        return _envelope(resource.url, [self._shown(resource, line, expander, expand) for line in lines], has_more)

    def retrieve(self, name: str, id_: str, pairs: Pairs) -> bytes:
        """The object `id_` of the list `name`, or the tombstone of a deleted one."""
        resource, world = RESOURCES[name], self.view.world
        expander = Expander(self.view)
        expand = expander.check(resource, read_expand(pairs), listed=False)
        line = world.collections[name].line(id_)
        if line is not None and self._is_held(name, id_):
            return self._shown(resource, line, expander, expand)
        tombstone = world.tombstone(name, id_)
        if tombstone is None:
            raise no_such(resource.noun, id_, resource.id_param, status=404)
        return tombstone

    def children(self, name: str, id_: str, key: str, pairs: Pairs) -> bytes:
        """One page of the whole nested list `key` of an object, in its order."""
        resource = RESOURCES[name]
        if id_ not in self.view.world.collections[name].key:
            raise no_such(resource.noun, id_, resource.id_param, status=404)
        query = read_list_query(pairs, {}, has_created=False)
        return self._nested_page(name, id_, key, f"{resource.url}/{id_}/{key}", query)

    def subscription_items(self, pairs: Pairs) -> bytes:
        """One page of all the items of the subscription the query names."""
        rule = Filter(lambda item: item["subscription"])
        query = read_list_query(pairs, {"subscription": rule}, has_created=False)
        if "subscription" not in query.values:
            raise missing_parameter("subscription")
        id_ = query.values["subscription"][0]
        if id_ not in self.view.world.collections["subscriptions"].key:
            raise no_such("subscription", id_, "subscription")
        return self._nested_page("subscriptions", id_, "items", "/v1/subscription_items", query)

    def subscription_item(self, id_: str, pairs: Pairs) -> bytes:
        """One item of whichever subscription has it."""
        read_expand(pairs)
        world = self.view.world
        for subscription in world.having("subscriptions", "item", id_, 1)[0]:
            whole = world.nested("subscriptions", subscription, "items") or {}
            for item in whole.get("data", []):
                if item.get("id") == id_:
                    return orjson.dumps(self.view.entry("subscriptions", "items", item))
        raise no_such("subscription_item", id_, "item", status=404)

    def charge_refunds(self, charge: str, pairs: Pairs) -> bytes:
        """One page of the refunds of a charge: the address a charge's own `refunds` list names."""
        if charge not in self.view.world.collections["charges"].key:
            raise no_such("charge", charge, "charge", status=404)
        body = self.page("refunds", [*pairs, ("charge", charge)])
        return body.replace(b'"url":"/v1/refunds"', f'"url":"/v1/charges/{charge}/refunds"'.encode(), 1)

    def _shown(self, resource: Resource, line: bytes, expander: Expander, expand: Sequence[str]) -> bytes:
        """The object's own bytes, unless its version or `expand` makes it another."""
        if not expand and not self.view.reshapes(resource.name):
            return line
        item = self.view.item(resource.name, line)
        expander.expand(resource, item, expand)
        return orjson.dumps(item)

    def _since(self, name: str, gte: int | None) -> int | None:
        if name != "events" or self.oldest_event is None:
            return gte
        return self.oldest_event if gte is None else max(gte, self.oldest_event)

    def _is_held(self, name: str, id_: str) -> bool:
        """Whether an object that stands in its list has not passed out of reach: events do."""
        if name != "events" or self.oldest_event is None:
            return True
        collection = self.view.world.collections[name]
        return collection.created(collection.position(id_)) >= self.oldest_event

    def _check_cursors(self, name: str, query: ListQuery) -> None:
        collection, noun = self.view.world.collections[name], RESOURCES[name].noun
        for parameter, id_ in (("starting_after", query.starting_after), ("ending_before", query.ending_before)):
            held = id_ in collection.key and self._is_held(name, id_)
            was_held = id_ in collection.removed or id_ in collection.key
            if id_ and not held and (self.refuses_deleted_cursors or not was_held):
                raise no_such(noun, id_, parameter)
        if query.starting_after and query.ending_before:
            raise bad_request(_BOTH_CURSORS)

    def _refuse_unknown_ids(self, resource: Resource, query: ListQuery) -> None:
        """A filter by an id nobody has is an error at Stripe; one that objects still mention is not."""
        own = self.view.world.collections[resource.name]
        for name, (value, *_) in query.values.items():
            other = resource.filters[name].refers_to
            if other and value not in self.view.world.collections[other].key and not own.mentions(name, value):
                raise no_such(RESOURCES[other].noun, value, name)

    def _nested_page(self, name: str, id_: str, key: str, url: str, query: ListQuery) -> bytes:
        whole = self.view.world.nested(name, id_, key) or {}
        items: list[dict[str, Any]] = whole.get("data", [])
        position = {item.get("id", ""): n for n, item in enumerate(items)}
        for parameter, cursor in (("starting_after", query.starting_after), ("ending_before", query.ending_before)):
            if cursor and cursor not in position:
                raise no_such(items[0].get("object", "object") if items else "object", cursor, parameter)
        if query.starting_after and query.ending_before:
            raise bad_request(_BOTH_CURSORS)
        first = position[query.starting_after] + 1 if query.starting_after else 0
        last = min(len(items), first + query.limit)
        has_more = last < len(items)
        if query.ending_before:
            last = position[query.ending_before]
            first = max(0, last - query.limit)
            has_more = first > 0
        shown = [self.view.entry(name, key, item) for item in items[first:last]]
        return _envelope(url, [orjson.dumps(item) for item in shown], has_more)


def _wanted(resource: Resource, query: ListQuery, collection: Collection) -> list[Wanted]:
    """The filters as values to find: a subscription's status has words of its own, an event's type may be a pattern."""
    values = dict(query.values)
    wanted = []
    if resource.name == "subscriptions":
        status = values.pop("status", ("",))[0]
        if status == "":
            wanted.append(Wanted("status", frozenset({"canceled"}), excluded=True))
        elif status == "ended":
            wanted.append(Wanted("status", frozenset({"canceled", "incomplete_expired"})))
        elif status != "all":
            wanted.append(Wanted("status", frozenset({status})))
    if "type" in values and "types" in values:
        raise bad_request(_BOTH_TYPES, "types")
    for name, asked in values.items():
        if resource.filters[name].kind == "pattern" and "*" in asked[0]:
            matching = (value for value in collection.values(name) if fnmatchcase(value, asked[0]))
            wanted.append(Wanted(name, frozenset(matching)))
        else:
            wanted.append(Wanted(name, frozenset(asked)))
    return wanted


def _ranges(query: ListQuery) -> list[Between]:
    return [Between(name, *_closed(bounds)) for name, bounds in query.times.items()]


def _closed(bounds: Bounds) -> tuple[int | None, int | None]:
    """Bounds on whole seconds as the closed interval [low, high]."""
    lows = [b for b in (bounds.gte, None if bounds.gt is None else bounds.gt + 1) if b is not None]
    highs = [b for b in (bounds.lte, None if bounds.lt is None else bounds.lt - 1) if b is not None]
    return max(lows, default=None), min(highs, default=None)


def _envelope(url: str, lines: Sequence[bytes], has_more: bool) -> bytes:
    """A page joined from the objects' own bytes, so that nothing is encoded twice."""
    more = b"true" if has_more else b"false"
    head = b'{"object":"list","url":' + orjson.dumps(url) + b',"has_more":' + more + b',"data":['
    return head + b",".join(lines) + b"]}"
