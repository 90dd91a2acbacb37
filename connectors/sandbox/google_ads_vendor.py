"""Google Ads as the sandbox plays it: its files, settings and door."""

from collections.abc import Mapping

from connectors.sandbox.google_ads_api import GoogleAdsApi
from connectors.sandbox.google_ads_settings import GoogleAdsSettings
from connectors.sandbox.google_ads_world import FILES, GoogleAdsWorld, load_google_ads
from connectors.sandbox.vendor import Vendor


def _environment(world: GoogleAdsWorld, settings: GoogleAdsSettings) -> Mapping[str, str]:
    if world.is_empty:
        return {}
    return {
        "SOURCES__GOOGLE_ADS__DEVELOPER_TOKEN": settings.developer_token,
        "SOURCES__GOOGLE_ADS__CLIENT_ID": settings.client_id,
        "SOURCES__GOOGLE_ADS__CLIENT_SECRET": settings.client_secret,
        "SOURCES__GOOGLE_ADS__REFRESH_TOKEN": settings.refresh_token,
        "SOURCES__GOOGLE_ADS__CUSTOMER_ID": world.customer_id,
    }


GOOGLE_ADS = Vendor(
    name="google_ads",
    files=FILES,
    settings=GoogleAdsSettings,
    load=lambda folder, settings: load_google_ads(folder, settings.customer_id, settings.restated_days),
    api=lambda world, settings, clock: GoogleAdsApi(world, settings, clock).__call__,
    environment=_environment,
)
