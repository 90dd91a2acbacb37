"""What `world.toml` may say of ActiveCampaign."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class ActiveCampaignSettings:
    """The token, the account's limit (requests a second; 0 = none, live 5) and the wait sent with a refusal."""

    api_token: str = "sandbox-api-token"
    requests_per_second: float = 0
    retry_after_seconds: int = 1
    faults: Faults = field(default_factory=Faults)
