"""A handle on a world being played that changes it as a business would: every change is told as Stripe tells it.

For tests and demonstrations in the same process; safe against the server's thread. What can be read over HTTP is not
offered here again, but for the whole truth to compare with.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from connectors.sandbox.clock import Clock
from connectors.sandbox.counters import Counters
from connectors.sandbox.stripe_event_types import DELETED, Object, Told, of_creation, of_update
from connectors.sandbox.stripe_played import PlayedAccount, Watcher
from connectors.sandbox.stripe_resource import Resource
from connectors.sandbox.stripe_resources import RESOURCES

_ENDED = ("canceled", "incomplete_expired")


class MovingWorld:
    """One account of a running world; kinds are list names, such as `charges`, objects the current shape, whole."""

    def __init__(self, played: PlayedAccount, accounts: Mapping[str, PlayedAccount]) -> None:
        self._played = played
        self._accounts = accounts
        self._world = played.world

    @property
    def id(self) -> str:
        """The account's id."""
        return self._played.id

    @property
    def clock(self) -> Clock:
        """The world's clock: the `Date` header, `created` of new objects and events, and delays follow it."""
        return self._played.clock

    @property
    def counters(self) -> Counters:
        """What was asked of this account."""
        return self._played.counters

    @property
    def events_waiting(self) -> int:
        """How many events have happened and do not show in /v1/events yet."""
        with self._world.lock:
            self._played.events.show_due()
            return self._played.events.waiting

    def account(self, id_: str) -> "MovingWorld":
        """The handle on another account of the same world; raises `LookupError` for one it has not."""
        if id_ not in self._accounts:
            raise LookupError(f"no account {id_!r} is played; there are {', '.join(self._accounts)}")
        return MovingWorld(self._accounts[id_], self._accounts)

    def create(self, kind: str, obj: Mapping[str, Any], *, event: str | None = None) -> Object:
        """Add an object and return it; its time is the clock's unless it says so itself.

        `event` writes that type instead of Stripe's usual ones, "" none. Raises `ValueError` for an object without an
        id, or one whose id is taken.
        """
        resource = self._resource(kind)
        with self._world.lock:
            item = {"object": resource.object, resource.created_key: int(self.clock.now()), **obj}
            id_ = item.get("id")
            if not isinstance(id_, str) or not id_:
                raise ValueError(f"a new {resource.object} needs an id; found {id_!r}")
            if id_ in self._world.collections[kind].key:
                raise ValueError(f"the {resource.object} {id_!r} is there already; use update")
            self._world.put(kind, item)
            self._tell(kind, id_, of_creation(kind, item), event)
            return item

    def update(self, kind: str, id_: str, *, event: str | None = None, **fields: Any) -> Object:
        """Set top-level fields of an object and return it whole; `event` as in `create`."""
        time = self._resource(kind).created_key
        with self._world.lock:
            before = self._existing(kind, id_)
            told_before = self._played.events.snapshot(kind, id_)
            after = before | fields
            for key in ("id", time):
                if after[key] != before[key]:
                    raise ValueError(f"an object keeps its {key}; {before[key]!r} was to become {after[key]!r}")
            self._world.put(kind, after)
            self._tell(kind, id_, of_update(kind, before, after), event, told_before)
            return after

    def delete(self, kind: str, id_: str, *, event: str | None = None) -> None:
        """Delete as Stripe does: a tombstone remains, a subscription is cancelled, a customer ends its subscriptions.

        Raises `ValueError` for a kind Stripe never deletes.
        """
        self._resource(kind)
        if kind not in DELETED:
            raise ValueError(f"Stripe deletes no {kind}; it deletes {', '.join(DELETED)}")
        with self._world.lock:
            self._existing(kind, id_)
            now = int(self.clock.now())
            if kind == "subscriptions":
                self.update(kind, id_, event=event, status="canceled", canceled_at=now, ended_at=now)
                return
            if kind == "customers":
                self._cancel_subscriptions(id_)
            last = self._played.events.snapshot(kind, id_)
            self._world.delete(kind, id_, now)
            types = DELETED[kind] if event is None else event
            self._played.events.write([Told(types)] if types else [], last)

    def emit(self, type_: str, obj: Mapping[str, Any], previous: Mapping[str, Any] | None = None) -> str:
        """Write an event about an object no list holds, such as `customer.discount.deleted`; returns its id."""
        with self._world.lock:
            item = deepcopy(dict(obj))
            before = None if previous is None else {**item, **previous}
            return self._played.events.write([Told(type_, previous is not None)], item, before)[0]

    def state(self, kind: str) -> dict[str, Object]:
        """Every object of the list by id, whole, in the current shape; deleted ones are not in it."""
        unseen = self._resource(kind).unseen
        with self._world.lock:
            if kind == "events":
                self._played.events.show_due()
            found = {id_: self._existing(kind, id_) for id_ in self._world.collections[kind].ids}
        return {id_: {k: v for k, v in item.items() if k not in unseen} for id_, item in found.items()}

    def deleted(self, kind: str) -> dict[str, int]:
        """The ids deleted from the list, and when, in Unix seconds."""
        self._resource(kind)
        with self._world.lock:
            return dict(self._world.deleted[kind])

    @contextmanager
    def watching(self, watcher: Watcher) -> Iterator[None]:
        """Call `watcher` with every admitted request's address before it is answered, in the server's thread.

        It may change the world: that is how something happens in the middle of a scan.
        """
        self._played.watchers.append(watcher)
        try:
            yield
        finally:
            self._played.watchers.remove(watcher)

    def _tell(self, kind: str, id_: str, told: list[Told], event: str | None, before: Object | None = None) -> None:
        if event is not None:
            told = [Told(event, with_previous=before is not None)] if event else []
        self._played.events.write(told, self._played.events.snapshot(kind, id_), before)

    def _cancel_subscriptions(self, customer: str) -> None:
        ids, _ = self._world.having("subscriptions", "customer", customer, limit=1_000_000)
        for id_ in ids:
            if self._existing("subscriptions", id_).get("status") not in _ENDED:
                self.delete("subscriptions", id_)

    def _existing(self, kind: str, id_: str) -> Object:
        found = self._world.whole(kind, id_)
        if found is None:
            raise LookupError(f"there is no {RESOURCES[kind].object} {id_!r} to change")
        return found

    def _resource(self, kind: str) -> Resource:
        if kind not in RESOURCES:
            raise ValueError(f"no list {kind!r} is played; there are {', '.join(RESOURCES)}")
        return RESOURCES[kind]
