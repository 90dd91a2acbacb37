"""Worlds of many equal objects, and what a measurement asks of the process that plays them."""

import time
from contextlib import ExitStack

from connectors.sandbox.clock import Clock
from connectors.sandbox.serving import Playing
from connectors.sandbox.settings import Settings
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.sandbox.stripe_world import StripeWorld
from connectors.sandbox.world import World

LIVE = {
    "requests_per_second": 100.0,
    "endpoint_requests_per_second": 25.0,
    "concurrent_requests": 40,
    "latency_seconds": 0.1,
}
"""Stripe's limits in live mode, and an answer that takes as long as one from another continent."""
_asked: list[tuple[float, str]] = []
_until_the_end = ExitStack()


def equal_objects(kinds: tuple[str, ...], count: int, object_bytes: int, settings: dict) -> World:
    """`count` objects of each of `kinds`, of about `object_bytes` bytes, evenly over two years."""
    models = sales_world(times.uniform(60), object_bytes=object_bytes).stripe
    books = StripeWorld()
    for kind in kinds:
        model = models.whole(kind, models.collections[kind].ids[0])
        assert model is not None
        prefix = model["id"].partition("_")[0]
        books.fill(
            kind,
            [
                books.row(RESOURCES[kind], {**model, "id": f"{prefix}_1Bench{n:09d}", "created": at})
                for n, at in enumerate(times.uniform(count))
            ],
        )
    return World(settings=Settings(stripe=StripeSettings(**settings)), stripe=books, clock=Clock(times.END))


def sales(count: int) -> World:
    """About `count` objects of every kind."""
    return sales_world(times.uniform(count // 4), many_children=0.02)


def note_requests(playing: Playing) -> None:
    """Write down from now on when which address is asked."""
    _until_the_end.enter_context(playing.stripe.watching(lambda address: _asked.append((time.monotonic(), address))))


def requests_noted(_: Playing, path: str) -> list[float]:
    """When addresses that begin with `path` were asked, in seconds since the first of them."""
    at = [moment for moment, address in _asked if address.startswith(path)]
    return [moment - at[0] for moment in at]


def refusals(playing: Playing) -> int:
    """How many requests were answered with a 429."""
    return sum(playing.stripe.counters.rate_limited.values())
