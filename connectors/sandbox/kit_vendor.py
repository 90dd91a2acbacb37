"""Kit as the sandbox plays it: its files, settings and door."""

from collections.abc import Mapping

from connectors.sandbox.kit_api import KitApi
from connectors.sandbox.kit_settings import KitSettings
from connectors.sandbox.kit_world import ADDITIONS, OBJECTS, KitWorld, load_kit
from connectors.sandbox.vendor import Vendor

_UNLIMITED = 60_000
"""Requests a minute to ask of a world without limits."""


def _environment(world: KitWorld, settings: KitSettings) -> Mapping[str, str]:
    """The connector's settings; none in a world that has nothing of Kit, which so leaves it off."""
    if not world:
        return {}
    return {
        "SOURCES__KIT__API_KEY": settings.api_key,
        "SOURCES__KIT__RATE_LIMIT": str(settings.requests_per_minute or _UNLIMITED),
    }


KIT = Vendor(
    name="kit",
    files=tuple(f"{name}.jsonl" for name in (*OBJECTS, *ADDITIONS)),
    settings=KitSettings,
    load=lambda folder, _: load_kit(folder),
    api=lambda world, settings, _: KitApi(world, settings).__call__,
    environment=_environment,
)
