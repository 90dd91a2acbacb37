"""What `world.toml` may say of HubSpot."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class HubSpotSettings:
    """HubSpot's token and its rolling limit (requests in ten seconds; 0 = none)."""

    access_token: str = "pat-sandbox"
    requests_per_10_seconds: int = 0
    faults: Faults = field(default_factory=Faults)
