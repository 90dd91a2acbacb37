"""What `world.toml` may say of HubSpot."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class HubSpotSettings:
    """HubSpot's token, its limits (requests in ten seconds, searches in one; 0 = none) and how late its index is.

    `scopes` are those of the token, separated by spaces; all of them when empty.
    """

    access_token: str = "pat-sandbox"
    portal_id: int = 5_550_123
    scopes: str = ""
    requests_per_10_seconds: int = 0
    searches_per_second: int = 0
    index_lag_seconds: float = 0.0
    faults: Faults = field(default_factory=Faults)
