"""Stripe's answers to GET: a list page, one object, a nested list; bytes out, `StripeError` where Stripe refuses.

HTTP, keys and limits stand in `stripe_api.py`.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from connectors.sandbox.collection import Between, Collection, Wanted, Window
from connectors.sandbox.stripe_errors import bad_request, missing_parameter, no_such
from connectors.sandbox.stripe_expand import Expander
from connectors.sandbox.stripe_params import Bounds, ListQuery, read_expand, read_list_query
from connectors.sandbox.stripe_resources import RESOURCES, Filter, Resource
from connectors.sandbox.stripe_world import StripeWorld

Pairs = Sequence[tuple[str, str]]
_BOTH_CURSORS = "Received both starting_after and ending_before parameters. Please pass in only one."


class StripeLists:
    """Answers for the lists of one world; every method returns the JSON body."""

    def __init__(self, world: StripeWorld) -> None:
        self._world = world
        self._expander = Expander(world)

    def page(self, name: str, pairs: Pairs) -> bytes:
        """One page of the list `name`, newest first."""
        resource, collection = RESOURCES[name], self._world.collections[name]
        query = read_list_query(pairs, resource.filters)
        expand = self._expander.check(resource, query.expand, listed=True)
        self._refuse_unknown_ids(resource, query)
        c = query.created
        window = collection.window(c.gt, c.gte, c.lt, c.lte)
        _apply_cursor(window, query, collection, resource.noun)
        page, has_more = collection.page(window, _wanted(resource, query), _ranges(query), query.limit)
        lines = [collection.lines[position] for position in page]
        if expand:
            lines = [self._expanded(resource, line, expand) for line in lines]
        return _envelope(f"/v1/{name}", lines, has_more)

    def retrieve(self, name: str, id_: str, pairs: Pairs) -> bytes:
        """The object `id_` of the list `name`."""
        resource, collection = RESOURCES[name], self._world.collections[name]
        expand = self._expander.check(resource, read_expand(pairs), listed=False)
        position = collection.position.get(id_)
        if position is None:
            raise no_such(resource.noun, id_, resource.id_param, status=404)
        line = collection.lines[position]
        return self._expanded(resource, line, expand) if expand else line

    def invoice_lines(self, invoice: str, pairs: Pairs) -> bytes:
        """One page of all the lines of an invoice, in their order."""
        found = self._world.get("invoices", invoice)
        if found is None:
            raise no_such("invoice", invoice, "invoice", status=404)
        query = read_list_query(pairs, {}, has_created=False)
        return _nested_page(f"/v1/invoices/{invoice}/lines", self._world.children(found, "lines"), query, "line_item")

    def subscription_items(self, pairs: Pairs) -> bytes:
        """One page of all the items of the subscription the query names."""
        rule = Filter(lambda item: item["subscription"])
        query = read_list_query(pairs, {"subscription": rule}, has_created=False)
        if "subscription" not in query.values:
            raise missing_parameter("subscription")
        id_ = query.values["subscription"][0]
        found = self._world.get("subscriptions", id_)
        if found is None:
            raise no_such("subscription", id_, "subscription")
        items = self._world.children(found, "items")
        return _nested_page("/v1/subscription_items", items, query, "subscription_item")

    def charge_refunds(self, charge: str, pairs: Pairs) -> bytes:
        """One page of the refunds of a charge: the address a charge's own `refunds` list names."""
        if self._world.get("charges", charge) is None:
            raise no_such("charge", charge, "charge", status=404)
        body = self.page("refunds", [*pairs, ("charge", charge)])
        return body.replace(b'"url":"/v1/refunds"', f'"url":"/v1/charges/{charge}/refunds"'.encode(), 1)

    def _expanded(self, resource: Resource, line: bytes, paths: Sequence[str]) -> bytes:
        item = orjson.loads(line)
        self._expander.expand(resource, item, paths)
        return orjson.dumps(item)

    def _refuse_unknown_ids(self, resource: Resource, query: ListQuery) -> None:
        """A filter by an id nobody has is an error at Stripe; one that objects still mention is not."""
        own = self._world.collections[resource.name]
        for name, (value, *_) in query.values.items():
            other = resource.filters[name].refers_to
            if other and value not in self._world.collections[other].position and not own.mentions(name, value):
                raise no_such(RESOURCES[other].noun, value, name)


def _wanted(resource: Resource, query: ListQuery) -> list[Wanted]:
    """The filters as values to find: a subscription's status has words of its own, and a default."""
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
    return wanted + [Wanted(name, frozenset(v)) for name, v in values.items()]


def _ranges(query: ListQuery) -> list[Between]:
    return [Between(name, *_closed(bounds)) for name, bounds in query.times.items()]


def _closed(bounds: Bounds) -> tuple[int | None, int | None]:
    """Bounds on whole seconds as the closed interval [low, high]."""
    lows = [b for b in (bounds.gte, None if bounds.gt is None else bounds.gt + 1) if b is not None]
    highs = [b for b in (bounds.lte, None if bounds.lt is None else bounds.lt - 1) if b is not None]
    return max(lows, default=None), min(highs, default=None)


def _apply_cursor(window: Window, query: ListQuery, collection: Collection, noun: str) -> None:
    """Narrow the window to what lies beyond the cursor."""
    for name, id_ in (("starting_after", query.starting_after), ("ending_before", query.ending_before)):
        if id_ and id_ not in collection.position:
            raise no_such(noun, id_, name)
    if query.starting_after and query.ending_before:
        raise bad_request(_BOTH_CURSORS)
    if query.starting_after:
        window.first = max(window.first, collection.position[query.starting_after] + 1)
    if query.ending_before:
        window.last = min(window.last, collection.position[query.ending_before])
        window.backwards = True


def _nested_page(url: str, items: list[dict[str, Any]], query: ListQuery, noun: str) -> bytes:
    position = {item.get("id", ""): n for n, item in enumerate(items)}
    everything = Collection(lines=[], ids=[], position=position)
    window = Window(0, len(items))
    _apply_cursor(window, query, everything, noun)
    first = max(window.first, window.last - query.limit) if window.backwards else window.first
    last = window.last if window.backwards else min(window.last, window.first + query.limit)
    has_more = first > window.first if window.backwards else last < window.last
    return _envelope(url, [orjson.dumps(item) for item in items[first:last]], has_more)


def _envelope(url: str, lines: Sequence[bytes], has_more: bool) -> bytes:
    """A page joined from the objects' own bytes, so that nothing is encoded twice."""
    more = b"true" if has_more else b"false"
    head = b'{"object":"list","url":' + orjson.dumps(url) + b',"has_more":' + more + b',"data":['
    return head + b",".join(lines) + b"]}"
