"""Google Ads as a connector.

    googleAds:searchStream ──► GoogleAdsApi.pages ──► raw_google_ads.<table>

Run it alone: `python -m connectors google_ads`.
"""

from collections.abc import Iterator
from datetime import timedelta

from connectors.connector import Connection, Connector, Credential, Page, Table
from connectors.google_ads.client import GoogleAdsApi
from connectors.google_ads.tables import TABLES, GoogleAdsTable


def read(connection: Connection, table: Table) -> Iterator[Page]:
    """Every page of one of Google Ads' tables."""
    assert isinstance(table, GoogleAdsTable)
    return GoogleAdsApi(connection).pages(table)


CONNECTOR = Connector(
    name="google_ads",
    title="Google Ads",
    tables=TABLES,
    credentials=(
        Credential("developer_token", "Developer token of the manager account (Google Ads: Admin, API Center)."),
        Credential("client_id", "OAuth client id (Google Cloud console, desktop app)."),
        Credential("client_secret", "OAuth client secret."),
        Credential("refresh_token", "OAuth refresh token with the scope https://www.googleapis.com/auth/adwords."),
        Credential("customer_id", "The ad account's ten-digit id."),
        Credential("login_customer_id", "The manager account's id, when access goes through one.", is_required=False),
        Credential("history_start", "First day to read, YYYY-MM-DD.", is_required=False),
        Credential("base_url", "Another server that speaks Google Ads' REST API.", is_required=False),
        Credential("token_url", "Another OAuth token endpoint.", is_required=False),
        Credential("api_version", "Another API version, e.g. v25.", is_required=False),
    ),
    cadence=timedelta(hours=6),
    read=read,
)
