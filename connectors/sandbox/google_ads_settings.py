"""What `world.toml` may say of Google Ads."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class GoogleAdsSettings:
    """Google's OAuth client and developer token; an empty customer id means the one the rows name.

    A refresh token that ends says in how many seconds; one of 0 does not end. Days are restated until they are
    `restated_days` old; with 0, their figures stand from the beginning.
    """

    developer_token: str = "sandbox-developer-token"
    client_id: str = "sandbox-client.apps.googleusercontent.com"
    client_secret: str = "sandbox-client-secret"
    refresh_token: str = "1//sandbox-refresh-token"
    refresh_token_expires_in: int = 0
    customer_id: str = ""
    restated_days: int = 0
    faults: Faults = field(default_factory=Faults)
