"""LinkedIn Ads as the sandbox plays it: its files, settings and door."""

from collections.abc import Mapping

from connectors.sandbox.linkedin_ads_api import LinkedInAdsApi
from connectors.sandbox.linkedin_ads_settings import LinkedInAdsSettings
from connectors.sandbox.linkedin_ads_world import NAMES, LinkedInAdsWorld, load_linkedin_ads
from connectors.sandbox.vendor import Vendor


def _environment(world: LinkedInAdsWorld, settings: LinkedInAdsSettings) -> Mapping[str, str]:
    if world.account is None:
        return {}
    return {
        "SOURCES__LINKEDIN_ADS__ACCESS_TOKEN": settings.access_token,
        "SOURCES__LINKEDIN_ADS__ACCOUNT_ID": str(world.account["id"]),
    }


LINKEDIN_ADS = Vendor(
    name="linkedin_ads",
    files=tuple(f"{name}.jsonl" for name in NAMES),
    settings=LinkedInAdsSettings,
    load=lambda folder, settings: load_linkedin_ads(folder, settings.restated_days),
    api=lambda world, settings, clock: LinkedInAdsApi(world, settings, clock).__call__,
    environment=_environment,
)
