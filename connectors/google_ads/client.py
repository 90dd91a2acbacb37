"""Asking Google Ads over REST: an access token from the refresh token, then GAQL through `searchStream`.

Belongs here: requests, OAuth, the windows history is read in. Does not: what is selected (`tables.py`).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests

from connectors.connector import Connection, Object, Page
from connectors.errors import ConfigError, StopError
from connectors.google_ads.tables import GoogleAdsTable
from connectors.sync.http import TIMEOUT, fetch, server_time

API_URL = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"
API_VERSION = "v26"
HISTORY_START = "2015-01-01"


class GoogleAdsApi:
    """One Google Ads customer, or whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when a credential is missing or the history start is no date."""
        self._connection = connection
        self._base_url = connection.base_url(API_URL)
        self._version = connection.optional("api_version") or API_VERSION
        self._customer = self._account_id("customer_id", connection.required("customer_id"))
        self._session = requests.Session()
        self._session.headers["developer-token"] = connection.required("developer_token")
        if login_customer := connection.optional("login_customer_id"):
            self._session.headers["login-customer-id"] = self._account_id("login_customer_id", login_customer)

    def pages(self, table: GoogleAdsTable) -> Iterator[Page]:
        """The report from the start of history to today, a calendar year at a time, latest year first."""
        self._authorize()
        first, last = self._history_start(), datetime.now(UTC).date() + timedelta(days=1)
        for year in range(last.year, first.year - 1, -1):
            start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
            yield self._search(table, start.isoformat(), end.isoformat())

    def _search(self, table: GoogleAdsTable, first_day: str, last_day: str) -> Page:
        who = f"{self._connection.name}/{table.name} ({first_day} to {last_day})"
        url = f"{self._base_url}/{self._version}/customers/{self._customer}/googleAds:searchStream"
        query = {"query": table.query(first_day, last_day)}
        cure = (
            f"Check {self._connection.variable('developer_token')}, {self._connection.variable('customer_id')}"
            f" and, under a manager account, {self._connection.variable('login_customer_id')}."
        )
        body, response = fetch(who, lambda: self._session.post(url, json=query, timeout=TIMEOUT), cure)
        return Page(_rows(who, body), server_time(response.headers), self._version)

    def _authorize(self) -> None:
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
        try:
            body, _ = fetch(who, lambda: requests.post(url, data=grant, timeout=TIMEOUT), cure)
        except StopError as error:  # Google answers a revoked grant with 400
            raise ConfigError(f"{error} {cure}") from error
        self._session.headers["Authorization"] = f"Bearer {body['access_token']}"

    def _account_id(self, setting: str, text: str) -> str:
        digits = text.replace("-", "")
        if not digits.isdecimal():
            raise ConfigError(f"{self._connection.variable(setting)} is {text!r}; an account id is ten digits.")
        return digits

    def _history_start(self) -> date:
        text = self._connection.optional("history_start") or HISTORY_START
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            variable = self._connection.variable("history_start")
            raise ConfigError(f"{variable} is {text!r}; a day is written 2024-01-31.") from error


def _rows(who: str, body: Any) -> list[Object]:
    """The rows of a stream's chunks."""
    if not isinstance(body, list):
        raise StopError(f"{who}: answered no stream of chunks; is the base URL Google Ads'?")
    return [row for chunk in body for row in chunk.get("results", [])]
