"""Asking HubSpot's CRM v3 API: lists by `after` cursor, live records first, then the archived ones.

Belongs here: requests, paging. Does not: which objects there are (`tables.py`).
"""

from collections.abc import Iterator
from typing import Any

import requests

from connectors.connector import Connection, Page
from connectors.errors import StopError
from connectors.hubspot.tables import HubspotTable
from connectors.sync.http import TIMEOUT, fetch, server_time

API_URL = "https://api.hubapi.com"
PAGE_SIZE = 100


class HubspotApi:
    """One HubSpot portal, or whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when the connection has no token."""
        self._connection = connection
        self._base_url = connection.base_url(API_URL)
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {connection.required('access_token')}"

    def pages(self, table: HubspotTable) -> Iterator[Page]:
        """Every page of the object type; HubSpot lists archived records only when asked for them alone."""
        for archived in ("false", "true"):
            yield from self._list(table, archived)

    def _list(self, table: HubspotTable, archived: str) -> Iterator[Page]:
        who = f"{self._connection.name}/{table.name} (archived={archived})"
        query = {"limit": str(PAGE_SIZE), "archived": archived, "properties": ",".join(table.properties)}
        while True:
            body, response = self._get(who, table, query)
            yield Page(body["results"], server_time(response.headers), "v3")
            after = ((body.get("paging") or {}).get("next") or {}).get("after")
            if after is None:
                return
            if str(after) == query.get("after"):
                raise StopError(f"{who}: the cursor {after} does not advance.")
            query["after"] = str(after)

    def _get(self, who: str, table: HubspotTable, query: dict[str, str]) -> tuple[Any, requests.Response]:
        cure = (
            f"Put a private app token with the scope crm.objects.{table.name}.read into"
            f" {self._connection.variable('access_token')}."
        )
        body, response = fetch(
            who, lambda: self._session.get(self._base_url + table.path, params=query, timeout=TIMEOUT), cure
        )
        if not isinstance(body, dict) or not isinstance(body.get("results"), list):
            raise StopError(f"{who}: answered no `results` list; is the base URL HubSpot's?")
        return body, response
