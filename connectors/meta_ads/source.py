"""Meta Ads as a connector.

    Graph API ──► MetaAdsApi ──► lists whole, insights by the ladder ──► raw_meta_ads.<table>

Run it alone: `python -m connectors meta_ads`.
"""

from datetime import timedelta

from connectors.connector import Connector, Credential
from connectors.meta_ads.follow import follow, probe, secret_end
from connectors.meta_ads.tables import REPORTS, TABLES
from connectors.sync import restart

CONNECTOR = Connector(
    name="meta_ads",
    title="Meta Ads",
    tables=TABLES,
    credentials=(
        Credential("access_token", "Access token with the permission ads_read; a system user's does not expire."),
        Credential("account_id", "The ad account's id, with or without act_.", is_secret=False),
        Credential("app_secret", "The app's secret, where it requires proof of it.", is_required=False),
        Credential("history_start", "First day to read, YYYY-MM-DD.", is_required=False),
        Credential("base_url", "Another server that speaks Meta's Graph API.", is_required=False),
        Credential("api_version", "Another API version, e.g. v24.0.", is_required=False),
    ),
    cadence=timedelta(hours=1),
    follow=follow,
    probe=probe,
    secret_end=secret_end,
    restart=restart.of_days("ad_days", [table.name for table in REPORTS]),
    guide=(
        "In Meta's business settings (https://business.facebook.com/settings) add a system user under Users, and"
        " assign it the ad account with the right to view performance.",
        "Make or choose an app of the type Business that has the Marketing API, and add it to the business.",
        "At the system user choose Generate new token: that app, no expiry, the permission ads_read.",
        "The ad account's id stands in Ads Manager's address as act=..., and under Accounts in the settings.",
    ),
)
