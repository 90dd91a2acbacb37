"""LinkedIn Ads as a connector.

    adAccounts, adAnalytics ──► LinkedInAdsApi ──► lists whole, reports by the ladder ──► raw_linkedin_ads.<table>

Run it alone: `python -m connectors linkedin_ads`.
"""

from datetime import timedelta

from connectors.connector import Connector, Credential
from connectors.linkedin_ads.client import token_end
from connectors.linkedin_ads.follow import follow, probe
from connectors.linkedin_ads.tables import REPORTS, TABLES
from connectors.sync import restart

CONNECTOR = Connector(
    name="linkedin_ads",
    title="LinkedIn Ads",
    tables=TABLES,
    credentials=(
        Credential("access_token", "Access token with the scopes r_ads and r_ads_reporting; it ends after 60 days."),
        Credential("account_id", "The ad account's id.", is_secret=False),
        Credential("client_id", "The app's client id: with its secret, the token's end is known.", is_required=False),
        Credential("client_secret", "The app's client secret.", is_required=False),
        Credential("history_start", "First day to read, YYYY-MM-DD.", is_required=False),
        Credential("base_url", "Another server that speaks LinkedIn's REST API.", is_required=False),
        Credential("api_version", "Another API version, the month it is of, e.g. 202610.", is_required=False),
    ),
    cadence=timedelta(hours=1),
    follow=follow,
    probe=probe,
    secret_end=token_end,
    restart=restart.of_days("ad_days", [table.name for table in REPORTS]),
    guide=(
        "At https://developer.linkedin.com make an app for your company page and ask for the product Advertising API.",
        "Under Auth, OAuth 2.0 tools, create a token with the scopes r_ads and r_ads_reporting.",
        "The ad account's id stands beside its name in Campaign Manager.",
    ),
)
