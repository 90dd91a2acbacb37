"""HubSpot as the sandbox plays it: its files, settings and door."""

from collections.abc import Mapping

from connectors.sandbox.hubspot_api import HubSpotApi
from connectors.sandbox.hubspot_settings import HubSpotSettings
from connectors.sandbox.hubspot_world import HubSpotWorld, load_hubspot
from connectors.sandbox.vendor import Vendor

_UNLIMITED = 100_000
"""Requests to ask of a world without limits."""


def _environment(_: HubSpotWorld, settings: HubSpotSettings) -> Mapping[str, str]:
    return {
        "SOURCES__HUBSPOT__ACCESS_TOKEN": settings.access_token,
        "SOURCES__HUBSPOT__RATE_LIMIT": str(settings.requests_per_10_seconds or _UNLIMITED),
        "SOURCES__HUBSPOT__SEARCH_LIMIT": str(settings.searches_per_second or _UNLIMITED),
    }


HUBSPOT = Vendor(
    name="hubspot",
    files=("contacts.jsonl", "deals.jsonl", "lists.jsonl", "list_memberships.jsonl", "owners.jsonl"),
    settings=HubSpotSettings,
    load=lambda folder, settings: load_hubspot(folder, settings.index_lag_seconds),
    api=lambda world, settings, clock: HubSpotApi(world, settings, clock).__call__,
    environment=_environment,
)
