"""What a token opens, asked before it is used: whose account, and which of the tables its scopes leave closed.

Belongs here: asking and saying so. Does not: the conversation around it (`orchestration/connect.py`).
"""

from connectors.connector import Connection, Opened
from connectors.errors import ConfigError
from connectors.hubspot.client import Denied, HubspotApi
from connectors.hubspot.tables import CONTACTS, DEALS, LISTS, MEMBERSHIPS, OWNERS


def probe(connection: Connection) -> Opened:
    """Ask whose token it is and try each scope once. Raises `ConfigError` when it opens nothing, or no contacts."""
    api = HubspotApi(connection)
    account_id = api.account_id()
    missing: dict[str, str] = {}
    for table in (CONTACTS, DEALS, OWNERS, LISTS):
        try:
            if table is LISTS:
                api.post(table.name, "/crm/v3/lists/search", table.permission, {"offset": 0, "count": 1})
            else:
                path = "/crm/v3/owners" if table is OWNERS else f"/crm/v3/objects/{table.name}"
                api.get(table.name, path, table.permission, limit="1")
        except Denied as error:
            missing[table.name] = f"add the scope {table.permission}"
            if table is CONTACTS:
                raise ConfigError(str(error)) from error
    if LISTS.name in missing:
        missing[MEMBERSHIPS.name] = missing[LISTS.name]
    return Opened(account_id, f"portal {account_id}" if account_id else None, missing=missing)
