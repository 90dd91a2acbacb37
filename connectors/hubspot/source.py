"""HubSpot as a connector.

    lists, then search and sweeps ──► follow ──► raw_hubspot.<table>

Run it alone: `python -m connectors hubspot`.
"""

from datetime import timedelta

from connectors.connector import Connector, Credential
from connectors.hubspot.connect import probe
from connectors.hubspot.follow import follow
from connectors.hubspot.tables import TABLES
from connectors.sync import restart

SCOPES = ", ".join(dict.fromkeys(table.permission for table in TABLES))

CONNECTOR = Connector(
    name="hubspot",
    title="HubSpot",
    tables=TABLES,
    credentials=(
        Credential("access_token", f"Service key or private app token with the scopes {SCOPES}."),
        Credential("rate_limit", "Requests in ten seconds HubSpot allows the app; 100 unless set.", False),
        Credential("search_limit", "Searches a second HubSpot allows the account; 4 unless set.", False),
        Credential("base_url", "Another server that speaks HubSpot's API.", is_required=False),
    ),
    cadence=timedelta(minutes=15),
    follow=follow,
    probe=probe,
    looks_again=True,
    restart=restart.of_cursors(
        {"contacts": ["contacts:history"], "deals": ["deals:history"]},
        "HubSpot lists its objects by id, not by day",
    ),
    guide=(
        "As a super admin of the HubSpot account open Settings, Integrations, Service Keys, and create a key. Where"
        " there is a private app already, its token does as well.",
        "Give it these scopes, and no other: " + ", ".join(dict.fromkeys(table.permission for table in TABLES)) + ".",
        "Create it, have it shown, and copy it.",
    ),
)
