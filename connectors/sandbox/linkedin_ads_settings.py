"""What `world.toml` may say of LinkedIn Ads."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class LinkedInAdsSettings:
    """LinkedIn's token, the app that made it, its end in Unix seconds; a report ends after `report_rows` rows.

    Days are restated until `restated_days` old.
    """

    access_token: str = "AQVsandboxaccesstoken"
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-client-secret"
    token_expires_at: int = 0
    report_rows: int = 15_000
    restated_days: int = 0
    faults: Faults = field(default_factory=Faults)
