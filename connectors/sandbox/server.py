"""The sandbox's HTTP application: each vendor below its own path, and the world's time on every answer."""

from email.utils import formatdate

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.clock import Clock
from connectors.sandbox.google_ads_api import GoogleAdsApi
from connectors.sandbox.hubspot_api import HubSpotApi
from connectors.sandbox.stripe_api import StripeApi
from connectors.sandbox.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def app(world: World, stripe: StripeApi) -> ASGIApp:
    """Build the application that plays `world`: /stripe by `stripe`, /hubspot and /google_ads."""
    hubspot = HubSpotApi(world.hubspot, world.settings.hubspot)
    google_ads = GoogleAdsApi(world.google_ads, world.settings.google_ads)
    others = Starlette(
        routes=[
            Route("/hubspot/{path:path}", hubspot.__call__, methods=_METHODS),
            Route("/google_ads/{path:path}", google_ads.__call__, methods=_METHODS),
        ]
    )
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
