"""ActiveCampaign as the sandbox plays it: its files, settings and door."""

from collections.abc import Mapping

from connectors.sandbox.activecampaign_api import ActiveCampaignApi
from connectors.sandbox.activecampaign_settings import ActiveCampaignSettings
from connectors.sandbox.activecampaign_world import LISTS, ActiveCampaignWorld, load_activecampaign
from connectors.sandbox.vendor import Vendor

_UNLIMITED = 1_000
"""Requests a second to ask of a world without limits."""


def _environment(world: ActiveCampaignWorld, settings: ActiveCampaignSettings) -> Mapping[str, str]:
    """The connector's settings; none in a world that has nothing of ActiveCampaign, which so leaves it off."""
    if not world:
        return {}
    return {
        "SOURCES__ACTIVECAMPAIGN__API_URL": "https://sandbox.api-us1.com",
        "SOURCES__ACTIVECAMPAIGN__API_TOKEN": settings.api_token,
        "SOURCES__ACTIVECAMPAIGN__RATE_LIMIT": f"{settings.requests_per_second or _UNLIMITED:g}",
    }


ACTIVECAMPAIGN = Vendor(
    name="activecampaign",
    files=tuple(f"{name}.jsonl" for name in LISTS),
    settings=ActiveCampaignSettings,
    load=lambda folder, _: load_activecampaign(folder),
    api=lambda world, settings, _: ActiveCampaignApi(world, settings).__call__,
    environment=_environment,
)
