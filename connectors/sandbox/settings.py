"""`world.toml`: keys, limits and faults of a world, as frozen data with the defaults of a world that has none.

Stripe's part stands in `stripe_settings.py`, how a limit is kept in `pacing.py`, which request it hits in each
vendor's module.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_origin

from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.stripe_settings import StripeSettings


@dataclass(frozen=True)
class Faults:
    """Answer a share of the requests, drawn from `seed`, with the vendor's own 500."""

    error_rate: float = 0.0
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.error_rate <= 1:
            raise ValueError(f"error_rate is {self.error_rate}; expected a share between 0 and 1")


@dataclass(frozen=True)
class HubSpotSettings:
    """HubSpot's token and its rolling limit (requests in ten seconds; 0 = none)."""

    access_token: str = "pat-sandbox"
    requests_per_10_seconds: int = 0
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True)
class GoogleAdsSettings:
    """Google's OAuth client and developer token; an empty customer id means the one the rows name."""

    developer_token: str = "sandbox-developer-token"
    client_id: str = "sandbox-client.apps.googleusercontent.com"
    client_secret: str = "sandbox-client-secret"
    refresh_token: str = "1//sandbox-refresh-token"
    customer_id: str = ""
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True)
class Settings:
    """Everything `world.toml` may say."""

    stripe: StripeSettings = field(default_factory=StripeSettings)
    hubspot: HubSpotSettings = field(default_factory=HubSpotSettings)
    google_ads: GoogleAdsSettings = field(default_factory=GoogleAdsSettings)


def read_settings(path: Path) -> Settings:
    """Read `path` (a missing file gives the defaults); raises `WorldError` naming the key that is unknown or wrong."""
    if not path.exists():
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorldError(f"{path}: not TOML ({error}).") from None
    document.pop("generated", None)  # the generator's own note of seed and size
    try:
        return Settings(
            **{name: _build(kind, document.pop(name, {}), f"[{name}]") for name, kind in _VENDORS.items()},
            **_none_left(document),
        )
    except (TypeError, ValueError) as error:
        raise WorldError(f"{path}: {error}.") from None


_VENDORS: dict[str, Any] = {
    "stripe": StripeSettings,
    "hubspot": HubSpotSettings,
    "google_ads": GoogleAdsSettings,
}


def _none_left(document: dict[str, Any]) -> dict[str, Any]:
    if document:
        raise ValueError(f"unknown entry {next(iter(document))!r}, expected one of {', '.join(_VENDORS)}")
    return {}


def _build(kind: Any, table: Any, where: str) -> Any:
    """Build the dataclass `kind` from a TOML table, refusing unknown keys and values of another type."""
    if not isinstance(table, dict):
        raise ValueError(f"{where} is {table!r}, expected a table")
    known = {f.name: f for f in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"unknown key {key!r} in {where}, expected one of {', '.join(known)}")
        wanted = known[key].type
        if is_dataclass(wanted):
            values[key] = _build(wanted, value, f"{where[:-1]}.{key}]")
            continue
        allowed: Any = (int, float) if wanted is float else Mapping if get_origin(wanted) is Mapping else wanted
        if not isinstance(value, allowed) or isinstance(value, bool):
            expected = "a table" if allowed is Mapping else str(getattr(wanted, "__name__", ""))
            raise ValueError(f"{key} in {where} is {value!r}, expected {expected}")
        if isinstance(value, int | float) and value < 0:
            raise ValueError(f"{key} in {where} is {value}, expected 0 or more")
        values[key] = value
    return kind(**values)
