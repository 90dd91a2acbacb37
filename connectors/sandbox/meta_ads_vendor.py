"""Meta Ads as the sandbox plays it: its files, settings and door."""

from collections.abc import Mapping

from connectors.sandbox.meta_ads_api import MetaAdsApi
from connectors.sandbox.meta_ads_settings import MetaAdsSettings
from connectors.sandbox.meta_ads_world import LISTS, REPORTS, MetaAdsWorld, load_meta_ads
from connectors.sandbox.vendor import Vendor


def _environment(world: MetaAdsWorld, settings: MetaAdsSettings) -> Mapping[str, str]:
    if not world.account_id:
        return {}
    found = {
        "SOURCES__META_ADS__ACCESS_TOKEN": settings.access_token,
        "SOURCES__META_ADS__ACCOUNT_ID": world.account_id,
    }
    return found | ({"SOURCES__META_ADS__APP_SECRET": settings.app_secret} if settings.app_secret else {})


META_ADS = Vendor(
    name="meta_ads",
    files=tuple(f"{name}.jsonl" for name in (*LISTS, *REPORTS)),
    settings=MetaAdsSettings,
    load=lambda folder, settings: load_meta_ads(folder, settings.restated_days),
    api=lambda world, settings, clock: MetaAdsApi(world, settings, clock).__call__,
    environment=_environment,
)
