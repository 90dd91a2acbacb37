"""What `world.toml` may say of Kit."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class KitSettings:
    """The API key and its limit (requests in a rolling minute; 0 = none, live 120)."""

    api_key: str = "kit_sandbox"
    requests_per_minute: int = 0
    faults: Faults = field(default_factory=Faults)
