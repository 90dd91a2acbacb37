"""Writing events: each shows up in /v1/events some time after it happened, in no order within its second.

Which events a change writes stands in `stripe_event_types.py`.
"""

import heapq
import random
from collections.abc import Sequence
from typing import Any

from connectors.sandbox.clock import Clock
from connectors.sandbox.collection import SECOND
from connectors.sandbox.stripe_event_types import Object, Told, previous_attributes
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.sandbox.stripe_versions import View
from connectors.sandbox.stripe_world import StripeWorld

_DAY = 86_400
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"


class EventLog:
    """The events of one account, in its API version; hold the world's lock while calling."""

    def __init__(self, world: StripeWorld, clock: Clock, settings: StripeSettings, account: str = "") -> None:
        self._world, self._clock, self._settings = world, clock, settings.events
        self._account = account
        self._view = View(world, settings.api_version)
        self._random = random.Random(settings.events.seed)
        self._waiting: list[tuple[float, str, Object]] = []

    @property
    def oldest(self) -> int | None:
        """The Unix second before which events are gone, or None when they are kept."""
        days = self._settings.retention_days
        return int(self._clock.now()) - days * _DAY if days else None

    @property
    def waiting(self) -> int:
        """How many events have happened and do not show yet."""
        return len(self._waiting)

    def snapshot(self, name: str, id_: str) -> Object:
        """The object as events carry it: the account's version, nested lists cut."""
        return self._view.get(name, id_) or {"id": id_, "object": RESOURCES[name].object}

    def write(self, told: Sequence[Told], item: Object, before: Object | None = None) -> list[str]:
        """Write one event for each of `told` about `item`, which nobody changes any more; returns their ids."""
        return [self._write(one, item, before if one.with_previous else None) for one in told]

    def show_due(self) -> None:
        """Let the events whose delay has passed into the list."""
        now = self._clock.now()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, event = heapq.heappop(self._waiting)
            self._world.put("events", event, number=self._random.randrange(SECOND - SECOND // 8))

    def _write(self, told: Told, item: Object, before: Object | None) -> str:
        now, s = self._clock.now(), self._settings
        id_ = "evt_1" + "".join(self._random.choices(_LETTERS, k=23))
        data: dict[str, Any] = {"object": item}
        if before is not None:
            data["previous_attributes"] = previous_attributes(before, item)
        event: Object = {
            "id": id_,
            "object": "event",
            "api_version": self._view.version,
            "created": int(now),
            "data": data,
            "livemode": item.get("livemode", True),
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": told.type,
        }
        if self._account:
            event["account"] = self._account
        shows = now + self._random.uniform(s.least_delay_seconds, s.most_delay_seconds)
        heapq.heappush(self._waiting, (shows, id_, event))
        return id_
