"""Kit as a connector: every list whole at each sync.

    /v4/<list> ──► KitApi.pages ──► replace_whole ──► raw_kit.<table>

Run it alone: `python -m connectors kit`.
"""

from datetime import timedelta

from connectors.connector import Connection, Connector, Credential, Opened
from connectors.kit.client import KitApi
from connectors.kit.tables import TABLES
from connectors.sync.session import Session
from connectors.sync.whole import replace_whole


def follow(session: Session) -> None:
    """Read every table asked for whole. Raises `ConfigError` for a key that is refused."""
    api = KitApi(session.connection)
    tables = [table for table in TABLES if table.name in session.tables]
    try:
        replace_whole(session, ((table, api.pages(table)) for table in tables))
    finally:
        session.spent(api.session.budget)
        session.notes += api.absent


def probe(connection: Connection) -> Opened:
    """Ask whose key it is. Raises `ConfigError` when it is refused."""
    account = KitApi(connection).account()
    return Opened(account_id=str(account["id"]) if account.get("id") else None, title=account.get("name"))


CONNECTOR = Connector(
    name="kit",
    title="Kit",
    tables=TABLES,
    credentials=(
        Credential("api_key", "v4 API key (Kit: Settings, Developer)."),
        Credential("rate_limit", "Requests a minute the key allows; 120 unless set.", is_required=False),
        Credential("base_url", "Another server that speaks Kit's API.", is_required=False),
    ),
    cadence=timedelta(hours=1),
    follow=follow,
    probe=probe,
    guide=(
        "In Kit open Settings, Developer, and add a key under V4 Keys; a V3 key opens nothing here.",
        "Copy it before the window is closed: it is shown once.",
    ),
)
