"""Asking Kit's API v4 through dlt's REST client: every page of a list, or of one list per tag, form or sequence.

Belongs here: requests, paging, Kit's refusals. Does not: which lists there are (`tables.py`).
"""

from collections.abc import Iterator
from typing import Any

import requests

from connectors.connector import Connection, Object, Page
from connectors.errors import ConfigError, StopError
from connectors.kit.tables import TABLES, KitTable
from connectors.sync.budget import Budget, Limits
from connectors.sync.http import TIMEOUT, AbsentError, SecretSession, fetch, is_objects, server_time
from connectors.sync.storable import storable

API_URL = "https://api.kit.com"
RATE = "120"
SHARE = 0.9
ALL = {"per_page": 1000, "status": "all"}
KEPT = ("id", "tagged_at", "added_at", "referrer", "referrer_utm_parameters")
"""What of a subscriber stands in an addition; the rest is the subscriber's own row."""


class KitSession(SecretSession):
    """Sends for dlt's client at Kit's pace; refusals become this project's errors."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when the key is missing or the rate limit is no number."""
        super().__init__({"X-Kit-Api-Key": connection.required("api_key")})
        self.who, self._variable = connection.name, connection.variable("api_key")
        rate = connection.optional("rate_limit") or RATE
        try:
            self.budget = Budget(Limits(float(rate) / 60, float(rate) / 60, 1), SHARE)
        except ValueError as error:
            variable = connection.variable("rate_limit")
            raise ConfigError(f"{self.who}: {variable} is {rate!r}; expected requests a minute, as {RATE}.") from error

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """One request, asked again as long as that may help. Raises our errors, naming path and variable."""
        if options.get("allow_redirects") is False:  # where a redirect leads: part of the request that holds the budget
            return super().send(request, **options)
        options.setdefault("timeout", TIMEOUT)
        request.hooks["response"] = []  # dlt's would raise an error of its own

        def ask() -> requests.Response:
            with self.budget.request("key"):
                return requests.Session.send(self, request, **options)

        cure = f"Put a v4 API key (Kit: Settings, Developer) into {self._variable}."
        return fetch(f"{self.who}: {request.path_url.partition('?')[0]}", ask, cure)[1]


class KitApi:
    """One Kit account, or whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` as `KitSession` does."""
        from dlt.sources.helpers.rest_client import RESTClient  # costs 0.5 s, so only where data really moves
        from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

        self.session = KitSession(connection)
        self.absent: list[str] = []
        """Sentences about tags, forms and sequences that had gone when their subscribers were asked for."""
        self._client = RESTClient(
            connection.base_url(API_URL),
            session=self.session,
            paginator=JSONResponseCursorPaginator(
                "pagination.end_cursor", "after", has_more_path="pagination.has_next_page"
            ),
        )  # fmt: skip

    def pages(self, table: KitTable) -> Iterator[Page]:
        """Every page of a table: one list, or one per parent."""
        if not table.of:
            yield from self._list(table.path, table.key)
            return
        parents = next(parent for parent in TABLES if parent.name == table.of)
        for listed in self._list(parents.path, parents.key):
            yield Page([], listed.seen_at, "v4")  # the time of the reading, even where nothing is left to list
            for parent in listed.objects:
                try:
                    for page in self._list(table.path.format(parent["id"]), table.key):
                        added = [{key: obj[key] for key in KEPT if key in obj} for obj in page.objects]
                        yield Page([{table.parent: parent["id"], **obj} for obj in added], page.seen_at, "v4")
                except AbsentError:
                    self.absent.append(f"Of {table.of} {parent['id']} there are no subscribers: deleted since listed?")

    def account(self) -> Object:
        """Whose key it is."""
        body: Object = self._client.get("/v4/account").json()
        return body.get("account") or {}

    def _list(self, path: str, key: str) -> Iterator[Page]:
        cursor = None
        try:
            for page in self._client.paginate(path, params=dict(ALL), data_selector=key):
                if not is_objects(list(page)):
                    raise StopError(f"{self.session.who}: {path}: answered no {key} of objects; is the base URL Kit's?")
                yield Page([storable(obj) for obj in page], server_time(page.response.headers), "v4")
                was, cursor = cursor, page.response.json()["pagination"]["end_cursor"]
                if was is not None and was == cursor:
                    raise StopError(f"{self.session.who}: {path}: the cursor {cursor} does not advance.")
        except (KeyError, ValueError) as error:
            raise StopError(f"{self.session.who}: {path}: answered no page of {key}; is the base URL Kit's?") from error
