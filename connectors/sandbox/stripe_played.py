"""One Stripe account as it is played: its objects, events, limits and counters, and its answers to routed requests."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from connectors.sandbox.clock import Clock
from connectors.sandbox.counters import Counters
from connectors.sandbox.stripe_account import account
from connectors.sandbox.stripe_events import EventLog
from connectors.sandbox.stripe_limits import StripeLimits
from connectors.sandbox.stripe_lists import StripeLists
from connectors.sandbox.stripe_routes import Route
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.sandbox.stripe_versions import View
from connectors.sandbox.stripe_world import StripeWorld

Watcher = Callable[[str], object]


class PlayedAccount:
    """An account, being played; `info` is its account object, `platform` whose connected account it is, if any.

    `watchers` are called with each admitted request's address and parameters, in the server's thread, before it is
    answered.
    """

    def __init__(
        self, id_: str, world: StripeWorld, settings: StripeSettings, clock: Clock, info: dict[str, Any] | None = None
    ) -> None:
        self.id = id_
        self.world = world
        self.clock = clock
        self.counters = Counters()
        self.limits = StripeLimits(settings, self.counters)
        self.events = EventLog(world, clock, settings, account="" if info is None else id_)
        self.watchers: list[Watcher] = []
        self.info = info or account(id_, created=world.oldest[0])
        self._settings = settings

    def answer(self, route: Route, version: str, query: Sequence[tuple[str, str]]) -> bytes:
        """The body for a routed request; raises `StripeError` where Stripe refuses."""
        with self.world.lock:
            if route.name == "events":
                self.events.show_due()
            lists = StripeLists(
                View(self.world, version), self.events.oldest, self._settings.deleted_cursor == "refuse"
            )
            match route.kind:
                case "account":
                    return orjson.dumps(self.info)
                case "items":
                    return lists.subscription_items(query)
                case "item":
                    return lists.subscription_item(route.id, query)
                case "children":
                    return lists.children(route.name, route.id, route.child, query)
                case "refunds":
                    return lists.charge_refunds(route.id, query)
                case "object" if route.name == "accounts" and route.id == self.id:
                    return orjson.dumps(self.info)
                case "object":
                    return lists.retrieve(route.name, route.id, query)
            return lists.page(route.name, query)
