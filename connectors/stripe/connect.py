"""What a key opens, asked before it is used: whose account, in which mode, and which lists it may read.

Belongs here: asking and saying so. Does not: the conversation around it (`orchestration/connect.py`), recording what a
sync could not read (`follow.py`).
"""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from connectors.connector import Connection, Object, Opened
from connectors.errors import ConfigError
from connectors.stripe.client import StripeApi, budget, is_test_key
from connectors.stripe.refusals import masked
from connectors.stripe.tables import TABLES, StripeTable
from connectors.sync.scan import Unreadable

ASKERS = 8


def probe(connection: Connection) -> Opened:
    """Ask Stripe whose key it is and try each list once, within the connection's rate budget.

    Raises `ConfigError` for a key that is none, that Stripe refuses, or that may read nothing.
    """
    key = connection.required("api_key")
    _check(connection, key)
    api = StripeApi(connection, budget(connection))
    try:
        account, _ = api.account()
    except Unreadable:  # restricted keys may lack it and read everything else
        account = {}
    listed = [table for table in TABLES if table.is_listed]
    with ThreadPoolExecutor(ASKERS) as pool:
        tried = dict(zip((t.name for t in listed), pool.map(lambda t: _missing(api, t), listed), strict=True))
    if all(tried.values()):
        raise ConfigError(
            f"{connection.name}: the key {masked(key)} may read nothing that is synced: use a secret key, or give this"
            f" one the permissions {', '.join(dict.fromkeys(table.permission for table in listed))}."
        )
    lacks = {table.permission: tried[table.name] for table in listed if tried[table.name]}
    by_table = {table.name: tried.get(table.name, lacks.get(table.permission)) for table in TABLES}
    return Opened(
        account.get("id"),
        _title(account),
        account.get("country"),
        is_test_key(key),
        {name: missing for name, missing in by_table.items() if missing},
    )


def _check(connection: Connection, key: str) -> None:
    """Refuse what cannot be a key that reads, before anything is sent."""
    where = f"{connection.name}: {connection.variable('api_key')}"
    cure = "use a secret key (sk_…) or a restricted key (rk_…) from Stripe's dashboard, under Developers, API keys."
    if key.startswith("pk_"):
        raise ConfigError(f"{where} is the publishable key {masked(key)}, which reads nothing: {cure}")
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigError(f"{where} has spaces or characters that no key of Stripe's has: {cure}")


def _missing(api: StripeApi, table: StripeTable) -> str | None:
    """What has to change for the list to be readable; None when it is."""
    try:
        api.try_list(table)
    except Unreadable as error:
        if error.lacks_permission:
            return f'add the permission "{table.permission}"'
        return "this server has no such list"
    return None


def _title(account: Object) -> str | None:
    """The name people know the account by: the business's, else the one in the dashboard's corner."""
    profile: dict[str, Any] = account.get("business_profile") or {}
    dashboard: dict[str, Any] = (account.get("settings") or {}).get("dashboard") or {}
    return profile.get("name") or dashboard.get("display_name") or account.get("email")
