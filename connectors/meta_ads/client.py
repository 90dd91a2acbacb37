"""Asking Meta's Graph API: one account, its objects page by page.

Belongs here: requests, credentials, paging. Does not: what an error deserves (`refusals.py`), reports (`insights.py`).
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import requests

from connectors.connector import Connection, Page, SecretEnd
from connectors.errors import ConfigError, StopError
from connectors.meta_ads.refusals import TooMuchError, refuse
from connectors.meta_ads.tables import ACCOUNT_FIELDS, STATUSES, ListTable
from connectors.sync.http import TIMEOUT, Later, decode, is_objects, persistently, server_time

API_URL = "https://graph.facebook.com"
API_VERSION = "v25.0"
_SMALLEST_PAGE = 10
_PLACES = ("after", "offset", "__after_id")
"""Parameters of Meta's addresses that say where a page begins."""


class MetaAdsApi:
    """One ad account, or whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when a credential is missing or means nothing."""
        self.connection = connection
        self._version = connection.optional("api_version") or API_VERSION
        self._root = f"{connection.base_url(API_URL)}/{self._version}"
        self._token = token = connection.required("access_token")
        account = connection.required("account_id").removeprefix("act_")
        if not account.isdecimal():
            raise ConfigError(f"{connection.variable('account_id')} is {account!r}; an ad account's id is digits.")
        self.account = f"act_{account}"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        if secret := connection.optional("app_secret"):
            proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            self._session.params = {"appsecret_proof": proof}
        self.requests = 0

    def ask(
        self, what: str, path: str, parameters: Mapping[str, Any], *, method: str = "GET"
    ) -> tuple[dict[str, Any], datetime]:
        """The answer at `path`, and the vendor's time. Raises what `refusals.refuse` does."""
        who = f"{self.connection.name}/{what}"
        sent = {k: v if isinstance(v, str) else orjson.dumps(v).decode() for k, v in parameters.items()}
        where = {"params" if method == "GET" else "data": sent}

        def send() -> tuple[dict[str, Any], datetime]:
            self.requests += 1
            try:
                answer = self._session.request(method, f"{self._root}/{path}", timeout=TIMEOUT, **where)  # type: ignore[arg-type]
            except requests.RequestException as error:
                raise Later(f"{who}: no answer ({type(error).__name__}): {error}.") from error
            refuse(who, self.connection, answer.status_code, answer.content, answer.headers)
            body = decode(answer.content, who)
            if not isinstance(body, dict):
                raise StopError(f"{who}: answered no object; is the base URL Meta's?")
            return body, server_time(answer.headers)

        return persistently(send)

    def pages(self, what: str, path: str, parameters: Mapping[str, Any], limit: int) -> Iterator[Page]:
        """All pages of a list, smaller ones where Meta finds one too large."""
        who, after = f"{self.connection.name}/{what}", dict[str, str]()
        while True:
            try:
                body, seen_at = self.ask(what, path, {**parameters, **after, "limit": limit})
            except TooMuchError:
                if limit <= _SMALLEST_PAGE:
                    raise
                limit = max(_SMALLEST_PAGE, limit // 4)
                continue
            if not is_objects(body.get("data")):
                raise StopError(f"{who}: answered no `data` of objects; is the base URL Meta's?")
            yield Page(body["data"], seen_at, self._version)
            paging = body.get("paging") or {}
            if not paging.get("next"):
                return
            following = _following(paging)
            if following in (after, {}):
                raise StopError(f"{who}: a page says that more follow, but not where.")
            after = following

    def account_page(self) -> Page:
        """The account itself."""
        account, seen_at = self.ask("accounts", self.account, {"fields": ",".join(ACCOUNT_FIELDS)})
        return Page([account], seen_at, self._version)

    def token_end(self) -> SecretEnd | None:
        """When the access token, or its right to data, ends; None for one that does not, as a system user's."""
        told, _ = self.ask("the token's end", "debug_token", {"input_token": self._token})
        ends = [told["data"].get(name) for name in ("expires_at", "data_access_expires_at")]
        first = min((end for end in ends if end), default=0)
        return SecretEnd("access_token", datetime.fromtimestamp(first, UTC)) if first else None

    def list_pages(self, table: ListTable) -> list[Page]:
        """All of a table's objects, whatever their state."""
        parameters = {"fields": ",".join(table.fields), "filtering": of_any_status(table.level)}
        return list(self.pages(table.name, f"{self.account}/{table.edge}", parameters, table.limit))


def _following(paging: Mapping[str, Any]) -> dict[str, str]:
    """What asks for the next page: its cursor, or where a list has none, the place in the address Meta gives."""
    if cursor := (paging.get("cursors") or {}).get("after"):
        return {"after": str(cursor)}
    given = dict(parse_qsl(urlsplit(str(paging["next"])).query))
    return {name: given[name] for name in _PLACES if name in given}


def of_any_status(level: str) -> list[dict[str, Any]]:
    """The filter that lets archived and deleted objects of a level through."""
    return [{"field": f"{level}.effective_status", "operator": "IN", "value": list(STATUSES[level])}]
