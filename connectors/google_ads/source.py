"""Google Ads as a connector.

    googleAds:searchStream ──► GoogleAdsApi ──► lists whole, report days by the ladder ──► raw_google_ads.<table>

Run it alone: `python -m connectors google_ads`.
"""

from datetime import timedelta

from connectors.connector import Connector, Credential, OAuth
from connectors.google_ads.client import TOKEN_URL
from connectors.google_ads.follow import follow, probe, secret_end
from connectors.google_ads.tables import REPORTS, TABLES
from connectors.sync import restart

CONNECTOR = Connector(
    name="google_ads",
    title="Google Ads",
    tables=TABLES,
    credentials=(
        Credential("client_id", "OAuth client id (Google Cloud console, desktop app).", is_secret=False),
        Credential("client_secret", "OAuth client secret."),
        Credential("refresh_token", "OAuth refresh token with the scope https://www.googleapis.com/auth/adwords."),
        Credential("customer_id", "The ad account's ten-digit id.", is_secret=False),
        Credential(
            "login_customer_id",
            "The manager account's id, when access goes through one.",
            is_required=False,
            is_offered=True,
            is_secret=False,
        ),
        Credential("developer_token", "Developer token, for API versions that still ask for one.", is_required=False),
        Credential("history_start", "First day to read, YYYY-MM-DD.", is_required=False),
        Credential("base_url", "Another server that speaks Google Ads' REST API.", is_required=False),
        Credential("token_url", "Another OAuth token endpoint.", is_required=False),
        Credential("authorize_url", "Another OAuth consent page.", is_required=False),
        Credential("api_version", "Another API version, e.g. v25.", is_required=False),
    ),
    cadence=timedelta(hours=1),
    follow=follow,
    probe=probe,
    secret_end=secret_end,
    restart=restart.of_days("ad_days", [table.name for table in REPORTS]),
    guide=(
        "In the Google Cloud console (https://console.cloud.google.com) choose or make a project, and enable the"
        " Google Ads API in it (APIs & Services, Library).",
        "On that API's Overview page apply for Explorer access or higher: without it only test accounts answer.",
        "Under Google Auth Platform, Audience: Internal if you have a Workspace, else External and published; what is"
        " left in Testing has to be consented to again every 7 days.",
        "Under Clients create one of the type Desktop app: it has an id and a secret.",
        "The ad account's id stands at the top right of Google Ads; if you reach it through a manager account, have"
        " that one's id ready, too.",
    ),
    oauth=OAuth(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url=TOKEN_URL,
        scopes=("https://www.googleapis.com/auth/adwords",),
        parameters={"access_type": "offline", "prompt": "consent"},
    ),
)
