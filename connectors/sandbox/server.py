"""The sandbox's HTTP application: each vendor below its own path, and the world's time on every answer."""

from email.utils import formatdate

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.clock import Clock
from connectors.sandbox.stripe_api import StripeApi
from connectors.sandbox.vendors import VENDORS
from connectors.sandbox.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def app(world: World, stripe: StripeApi) -> ASGIApp:
    """Build the application that plays `world`: /stripe by `stripe`, each other vendor below its name."""
    routes = []
    for vendor in VENDORS:
        if vendor.name in world.others:
            answer = vendor.api(world.others[vendor.name], world.settings.others[vendor.name], world.clock)
            routes.append(Route(f"/{vendor.name}/{{path:path}}", answer, methods=_METHODS))
    others = Starlette(routes=routes)
    return Dated(stripe, others, world.clock)


class Dated:
    """Hands each request to its vendor and puts the `Date` of the world's clock on the answer."""

    def __init__(self, stripe: ASGIApp, others: ASGIApp, clock: Clock) -> None:
        self._stripe, self._others, self._clock = stripe, others, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._clock.now(), usegmt=True)
                message["headers"] = [*message.get("headers", ()), (b"date", date.encode())]
            await send(message)

        is_stripe = scope["type"] == "http" and (scope["path"] + "/").startswith("/stripe/")
        await (self._stripe if is_stripe else self._others)(scope, receive, dated)
