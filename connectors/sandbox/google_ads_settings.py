"""What `world.toml` may say of Google Ads."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class GoogleAdsSettings:
    """Google's OAuth client and developer token; an empty customer id means the one the rows name."""

    developer_token: str = "sandbox-developer-token"
    client_id: str = "sandbox-client.apps.googleusercontent.com"
    client_secret: str = "sandbox-client-secret"
    refresh_token: str = "1//sandbox-refresh-token"
    customer_id: str = ""
    faults: Faults = field(default_factory=Faults)
