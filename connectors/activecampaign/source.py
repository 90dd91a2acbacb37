"""ActiveCampaign as a connector.

    /api/3/<list> ──► follow ──► raw_activecampaign.<table>

Run it alone: `python -m connectors activecampaign`.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from connectors.activecampaign.client import ActiveCampaignApi
from connectors.activecampaign.follow import follow
from connectors.activecampaign.tables import TABLES
from connectors.connector import Connection, Connector, Credential, Opened
from connectors.sync import restart


def probe(connection: Connection) -> Opened:
    """Ask whose token it is. Raises `ConfigError` when it is refused."""
    user = ActiveCampaignApi(connection).me()
    host = urlsplit(connection.required("api_url")).hostname or ""
    name = " ".join(part for part in (user.get("firstName"), user.get("lastName")) if part)
    return Opened(account_id=host, title=f"{host} ({name})" if name else host)


CONNECTOR = Connector(
    name="activecampaign",
    title="ActiveCampaign",
    tables=TABLES,
    credentials=(
        Credential("api_url", "The account's API address (ActiveCampaign: Settings, Developer).", is_secret=False),
        Credential("api_token", "API key of a user who may see all contacts (the same page)."),
        Credential("rate_limit", "Requests a second the account allows; 5 unless set.", is_required=False),
        Credential("base_url", "Another server that speaks ActiveCampaign's API.", is_required=False),
    ),
    cadence=timedelta(minutes=15),
    follow=follow,
    probe=probe,
    restart=restart.of_cursors(
        {t.name: [f"{t.name} {name}" for name in ("whole", "seen", "began", "reached")] for t in TABLES},
        "ActiveCampaign lists its objects by id, not by day",
    ),
    guide=(
        "In ActiveCampaign, as a user who may see all contacts, open Settings, Developer.",
        "Copy the URL and the key of the API access: the key has that user's rights, and only reads are made with it.",
    ),
)
