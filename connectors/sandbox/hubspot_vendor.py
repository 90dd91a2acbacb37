"""HubSpot as the sandbox plays it: its files, settings and door."""

from collections.abc import Mapping

from connectors.sandbox.hubspot_api import HubSpotApi
from connectors.sandbox.hubspot_settings import HubSpotSettings
from connectors.sandbox.hubspot_world import HubSpotWorld, load_hubspot
from connectors.sandbox.vendor import Vendor


def _environment(_: HubSpotWorld, settings: HubSpotSettings) -> Mapping[str, str]:
    return {"SOURCES__HUBSPOT__ACCESS_TOKEN": settings.access_token}


HUBSPOT = Vendor(
    name="hubspot",
    files=("contacts.jsonl",),
    settings=HubSpotSettings,
    load=lambda folder, _: load_hubspot(folder),
    api=lambda world, settings, _: HubSpotApi(world, settings).__call__,
    environment=_environment,
)
