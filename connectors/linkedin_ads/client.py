"""Asking LinkedIn's versioned REST API: one account, its lists page by page, its reports by days.

Belongs here: requests, paging, the wall of a report. Does not: what is selected (`tables.py`), which days.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import requests

from connectors.connector import Connection, Page, SecretEnd
from connectors.errors import ConfigError, StopError
from connectors.linkedin_ads.tables import REPORT_FIELDS, ListTable, ReportTable
from connectors.sync.http import TIMEOUT, fetch, is_objects, server_time

API_URL = "https://api.linkedin.com"
OAUTH_URL = "https://www.linkedin.com"
API_VERSION = "202609"
"""LinkedIn answers to a version for a year after its month."""
PAGE = 100
REPORT_ROWS = 15_000
"""A report has no pages and ends there without a word."""
_VERSION_ENDED = 426


class LinkedInAdsApi:
    """One ad account, or whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when a credential is missing or means nothing."""
        self.connection = connection
        self._root = f"{connection.base_url(API_URL)}/rest"
        self.account = connection.required("account_id")
        if not self.account.isdecimal():
            raise ConfigError(f"{connection.variable('account_id')} is {self.account!r}; an account's id is digits.")
        self._version = connection.optional("api_version") or API_VERSION
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {connection.required('access_token')}"
        self._session.headers["LinkedIn-Version"] = self._version
        self._session.headers["X-Restli-Protocol-Version"] = "2.0.0"
        self.requests = 0

    def account_page(self) -> Page:
        """The account itself."""
        body, page = self._ask("accounts", f"adAccounts/{self.account}", {})
        return Page([body], page.seen_at, self._version)

    def list_pages(self, table: ListTable) -> list[Page]:
        """All pages of a list."""
        pages, token = [], ""
        while True:
            wanted = {"q": table.finder, "pageSize": str(PAGE)} | (
                {"pageToken": quote(token, safe="")} if token else {}
            )
            body, page = self._ask(table.name, f"adAccounts/{self.account}/{table.edge}", wanted)
            pages.append(page)
            following = (body.get("metadata") or {}).get("nextPageToken") or ""
            if not following:
                return pages
            if following == token:
                raise StopError(f"{self.connection.name}/{table.name}: the page token {token} does not advance.")
            token = str(following)

    def report_pages(self, table: ReportTable, first: date, last: date) -> list[Page]:
        """A report's rows of the days from `first` to `last`, inclusive, in halves where they reach the wall."""
        what = f"{table.name} ({first} to {last})"
        wanted = {
            "q": "statistics",
            "timeGranularity": "DAILY",
            "pivots": f"List({','.join(table.pivots)})",
            "dateRange": f"(start:{_day(first)},end:{_day(last)})",
            "accounts": f"List(urn%3Ali%3AsponsoredAccount%3A{self.account})",
            "fields": ",".join(REPORT_FIELDS),
        }
        _, page = self._ask(what, "adAnalytics", wanted)
        if len(page.objects) < REPORT_ROWS:
            return [page]
        if first == last:
            raise StopError(
                f"{self.connection.name}/{what}: {REPORT_ROWS} rows or more, of which LinkedIn gives no more."
            )
        middle = first + (last - first) // 2
        return [*self.report_pages(table, first, middle), *self.report_pages(table, middle + timedelta(days=1), last)]

    def _ask(self, what: str, path: str, wanted: Mapping[str, str]) -> tuple[dict, Page]:
        who = f"{self.connection.name}/{what}"
        # Joined by hand: Rest.li's brackets must stay as they are.
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        cure = (
            f"Put a fresh access token with r_ads and r_ads_reporting into {self.connection.variable('access_token')},"
            f" and check that its member may see the account of {self.connection.variable('account_id')}."
        )
        url = f"{self._root}/{path}" + (f"?{query}" if query else "")
        headers = {"X-RestLi-Method": "FINDER"} if "q" in wanted else {}

        def send() -> requests.Response:
            self.requests += 1
            answer = self._session.get(url, headers=headers, timeout=TIMEOUT)
            if answer.status_code == _VERSION_ENDED:
                raise ConfigError(
                    f"{who}: LinkedIn answers no more to its API version {self._version}; set"
                    f" {self.connection.variable('api_version')} to a month of the last year, such as"
                    f" {server_time(answer.headers) - timedelta(days=60):%Y%m}."
                )
            return answer

        body, answer = fetch(who, send, cure)
        if not isinstance(body, dict) or ("q" in wanted and not is_objects(body.get("elements"))):
            raise StopError(f"{who}: answered no `elements` of objects; is the base URL LinkedIn's?")
        return body, Page(body.get("elements", []), server_time(answer.headers), self._version)


def token_end(connection: Connection) -> SecretEnd | None:
    """When the access token ends: LinkedIn tells the app that made it; without the app's id and secret, nobody.

    Raises `LeadlineError` when it does not answer, or these are another app's.
    """
    client_id, client_secret = connection.optional("client_id"), connection.optional("client_secret")
    if not (client_id and client_secret):
        return None
    form = {"client_id": client_id, "client_secret": client_secret, "token": connection.required("access_token")}
    url = f"{connection.base_url(OAUTH_URL)}/oauth/v2/introspectToken"
    cure = f"Check {connection.variable('client_id')} and {connection.variable('client_secret')}."
    who = f"{connection.name}: the token's end"
    told, _ = fetch(who, lambda: requests.post(url, data=form, timeout=TIMEOUT), cure)
    at = told.get("expires_at")
    return SecretEnd("access_token", datetime.fromtimestamp(at, UTC)) if at else None


def _day(day: date) -> str:
    return f"(year:{day.year},month:{day.month},day:{day.day})"
