"""Asking Google Ads over REST: an access token from the refresh token, then GAQL through `searchStream`.

Belongs here: requests and OAuth. Does not: what is selected (`tables.py`), which days (`source.py`).
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from connectors.connector import Connection, Object, Page, SecretEnd
from connectors.errors import ConfigError, RetryError, StopError
from connectors.sync.http import TIMEOUT, SecretSession, fetch, is_objects, server_time

API_URL = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"
API_VERSION = "v26"
_TOKEN_SPARE_SECONDS = 300
"""An access token is renewed this long before it ends: a long history outlives the hour that one is good for."""


class GoogleAdsApi:
    """One Google Ads customer, or whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when a credential is missing or means nothing."""
        self._connection = connection
        self._base_url = connection.base_url(API_URL)
        self._version = connection.optional("api_version") or API_VERSION
        self.customer = self._account_id("customer_id", connection.required("customer_id"))
        developer_token = connection.optional("developer_token")  # since September 2026 Google asks for none
        self._session = SecretSession({"developer-token": developer_token} if developer_token else {})
        if login_customer := connection.optional("login_customer_id"):
            self._session.headers["login-customer-id"] = self._account_id("login_customer_id", login_customer)
        self._renew_at = float("-inf")
        self.requests = 0

    def search(self, what: str, query: str) -> Page:
        """All rows of a GAQL query; `what` names it in messages."""
        self._authorize()
        who = f"{self._connection.name}/{what}"
        url = f"{self._base_url}/{self._version}/customers/{self.customer}/googleAds:searchStream"
        cure = (
            f"Check {self._connection.variable('customer_id')} and, under a manager account,"
            f" {self._connection.variable('login_customer_id')}; and that the Google Cloud project of"
            f" {self._connection.variable('client_id')} has Explorer access to the Google Ads API, or higher."
        )

        def send() -> requests.Response:
            answer = self._post(url, query)
            if answer.status_code == 401:  # the access token ended before its time; a second 401 is meant
                self._renew_at = float("-inf")
                self._authorize()
                answer = self._post(url, query)
            return answer

        body, response = fetch(who, send, cure)
        return Page(_rows(who, body), server_time(response.headers), self._version)

    def _post(self, url: str, query: str) -> requests.Response:
        self.requests += 1
        return self._session.post(url, json={"query": query}, timeout=TIMEOUT)

    def token_end(self) -> SecretEnd | None:
        """When the refresh token ends: Google says so of an app in Testing, and of consent given for a time."""
        seconds = self._granted().get("refresh_token_expires_in")
        return SecretEnd("refresh_token", datetime.now(UTC) + timedelta(seconds=seconds)) if seconds else None

    def _authorize(self) -> None:
        """Get an access token unless the one at hand is good for a while."""
        if time.monotonic() < self._renew_at:
            return
        body = self._granted()
        self._session.headers["Authorization"] = f"Bearer {body['access_token']}"
        self._renew_at = time.monotonic() + float(body.get("expires_in") or 3600) - _TOKEN_SPARE_SECONDS

    def _granted(self) -> Object:
        """The token endpoint's answer."""
        connection = self._connection
        own_server = self._base_url != API_URL
        url = connection.optional("token_url") or (f"{self._base_url}/token" if own_server else TOKEN_URL)
        grant = {
            "grant_type": "refresh_token",
            "client_id": connection.required("client_id"),
            "client_secret": connection.required("client_secret"),
            "refresh_token": connection.required("refresh_token"),
        }
        cure = f"Put a fresh refresh token into {connection.variable('refresh_token')}; check client id and secret."
        who = f"{connection.name}: the OAuth grant"
        self.requests += 1
        try:
            body, _ = fetch(who, lambda: requests.post(url, data=grant, timeout=TIMEOUT), cure)
        except StopError as error:  # Google answers a revoked grant with 400
            raise ConfigError(f"{error} {cure}") from error
        if not isinstance(body, dict) or not body.get("access_token"):
            raise StopError(f"{who}: answered no access token; is {connection.variable('token_url')} Google's?")
        return body

    def _account_id(self, setting: str, text: str) -> str:
        digits = text.replace("-", "")
        if not digits.isdecimal():
            raise ConfigError(f"{self._connection.variable(setting)} is {text!r}; an account id is ten digits.")
        return digits


def _rows(who: str, body: Any) -> list[Object]:
    """The rows of a stream's chunks. Raises `RetryError` for a stream that ends in an error."""
    if not is_objects(body):
        raise StopError(f"{who}: answered no stream of chunks; is the base URL Google Ads'?")
    if broken := next((chunk["error"] for chunk in body if chunk.get("error")), None):
        raise RetryError(f"{who}: the stream of rows broke off: {str(broken)[:400]}")
    rows = [row for chunk in body for row in chunk.get("results") or []]
    if not is_objects(rows):
        raise StopError(f"{who}: answered rows that are no objects; is the base URL Google Ads'?")
    return rows
