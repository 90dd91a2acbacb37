"""Asking HubSpot: one address at a time, within the limits of an account.

Belongs here: sending, pacing, refusals, paging by `after`. Does not: which addresses a table takes (`objects.py`,
`search.py`, `lists.py`).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from connectors.connector import Connection, Object
from connectors.errors import ConfigError, StopError
from connectors.sync.http import TIMEOUT, fetch, is_objects, server_time
from connectors.sync.pace import Pace

API_URL = "https://api.hubapi.com"
RATE_LIMIT, SEARCH_LIMIT = 100.0, 4.0
"""Requests in ten seconds that the smallest account is allowed, and searches in one."""
SHARE = 0.9
"""The part of a limit that is used: others' requests to the same app count too."""


class Denied(ConfigError):
    """The token lacks the scope for this address; others may still be open."""


@dataclass(frozen=True)
class Answer:
    """A decoded body and the vendor's clock when it was given."""

    body: Object
    seen_at: datetime


class HubspotApi:
    """One HubSpot account, or whatever answers at the connection's base URL; use it from one thread."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when the connection has no token, or a limit that is none."""
        self._connection = connection
        self._base_url = connection.base_url(API_URL)
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {connection.required('access_token')}"
        self._pace = Pace(_limit(connection, "rate_limit", RATE_LIMIT) / 10, SHARE)
        self._search_pace = Pace(_limit(connection, "search_limit", SEARCH_LIMIT), SHARE)
        self.sent = 0
        self.now = datetime.now(UTC)
        """HubSpot's clock at its last answer."""

    def account_id(self) -> str | None:
        """The portal's id; None where it is not told. Raises `ConfigError` for a token that opens nothing."""
        try:
            answer = self.get("account", "/account-info/v3/details", "oauth")
        except (Denied, StopError):  # what is asked next says so when the address is not HubSpot's
            return None
        portal = answer.body.get("portalId")
        return str(portal) if portal else None

    def get(self, what: str, path: str, scope: str, **query: str) -> Answer:
        """GET an address; `what` names the table for messages. Raises `Denied` without the scope."""
        return self._ask(what, "GET", path, scope, params=query)

    def post(self, what: str, path: str, scope: str, body: Object, *, is_search: bool = False) -> Answer:
        """POST a question; a search keeps to the limit of searches as well. Raises `Denied` without the scope."""
        return self._ask(what, "POST", path, scope, is_search=is_search, json=body)

    def listed(self, what: str, path: str, scope: str, **query: str) -> Iterator[tuple[Answer, str | None]]:
        """The pages of a list from `after` on, each with the cursor of the next; None at the end."""
        while True:
            answer = self.get(what, path, scope, **query)
            self.list_in(what, answer)
            after = ((answer.body.get("paging") or {}).get("next") or {}).get("after")
            if after is not None and str(after) == query.get("after"):
                raise StopError(f"{self.who(what)}: the cursor {after} does not advance.")
            yield answer, None if after is None else str(after)
            if after is None:
                return
            query["after"] = str(after)

    def list_in(self, what: str, answer: Answer, key: str = "results") -> list[Object]:
        """The list of an answer. Raises `StopError` when it has none, or one of something else than objects."""
        found = answer.body.get(key)
        if not is_objects(found):
            raise StopError(f"{self.who(what)}: answered no `{key}` of objects; is the base URL HubSpot's?")
        return found

    def who(self, what: str) -> str:
        """How messages name a table of this connection."""
        return f"{self._connection.name}/{what}"

    def _ask(self, what: str, method: str, path: str, scope: str, *, is_search: bool = False, **sent: Any) -> Answer:
        who, variable = self.who(what), self._connection.variable("access_token")
        cure = f"Put a private app token with the scope {scope} into {variable}."

        def request() -> requests.Response:
            self._wait(self._pace, *([self._search_pace] if is_search else []))
            self.sent += 1
            response = self._session.request(method, self._base_url + path, timeout=TIMEOUT, **sent)
            self.now = server_time(response.headers)
            if response.status_code == 403:
                said = " ".join(response.text.split())[:400]
                raise Denied(f"{who}: the token may not read this: {said} {cure}")
            return response

        body, _ = fetch(who, request, cure)
        if not isinstance(body, dict):
            raise StopError(f"{who}: answered no JSON object; is the base URL HubSpot's?")
        return Answer(body, self.now)

    @staticmethod
    def _wait(*paces: Pace) -> None:
        since = now = time.monotonic()
        while (opens_at := max(pace.opens_at for pace in paces)) > now:
            time.sleep(opens_at - now)
            now = time.monotonic()
        for pace in paces:
            pace.take(since, now)


def _limit(connection: Connection, setting: str, default: float) -> float:
    text = connection.optional(setting)
    try:
        value = default if text is None else float(text)
        if not 0 < value < float("inf"):
            raise ValueError
    except ValueError:
        variable = connection.variable(setting)
        raise ConfigError(f"{connection.name}: {variable} is {text!r}; expected a number above 0.") from None
    return value
