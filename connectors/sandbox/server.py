"""The sandbox's HTTP application: each vendor below its own path, nothing else."""

from starlette.applications import Starlette
from starlette.routing import Route

from connectors.sandbox.google_ads_api import GoogleAdsApi
from connectors.sandbox.hubspot_api import HubSpotApi
from connectors.sandbox.stripe_api import StripeApi
from connectors.sandbox.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def app(world: World) -> Starlette:
    """Build the application that plays `world`: /stripe, /hubspot and /google_ads."""
    settings = world.settings
    stripe = StripeApi(world.stripe, settings.stripe)
    hubspot = HubSpotApi(world.hubspot, settings.hubspot)
    google_ads = GoogleAdsApi(world.google_ads, settings.google_ads)
    return Starlette(
        routes=[
            Route("/stripe/{path:path}", stripe.__call__, methods=_METHODS),
            Route("/hubspot/{path:path}", hubspot.__call__, methods=_METHODS),
            Route("/google_ads/{path:path}", google_ads.__call__, methods=_METHODS),
        ]
    )
