"""Asking Stripe through its official SDK: one pinned API version, no module-level key, bodies read once.

Belongs here: requests, paging, Stripe's errors. Does not: which objects there are (`tables.py`).
"""

from collections.abc import Iterator
from typing import Any, NoReturn

import requests

import stripe
from connectors.connector import Connection, Object, Page
from connectors.errors import ConfigError, StopError
from connectors.stripe.tables import StripeTable
from connectors.sync.http import TIMEOUT, Later, decode, persistently, retry_after, server_time

API_VERSION = "2026-10-28.endive"
"""Pinned to the SDK's own; staging reads this shape and the one before 2025-03-31."""

API_URL = "https://api.stripe.com"
PAGE_SIZE = 100


class StripeApi:
    """One account of Stripe, or of whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when the connection has no key."""
        self._connection = connection
        self._key = connection.required("api_key")
        self._client = stripe.StripeClient(
            self._key,
            stripe_version=API_VERSION,
            base_addresses={"api": connection.base_url(API_URL)},
            http_client=stripe.RequestsClient(timeout=TIMEOUT, session=requests.Session()),
            max_network_retries=0,  # retried by `persistently`, as for every vendor, ordinary 429s included
        )

    def pages(self, table: StripeTable) -> Iterator[Page]:
        """Every page of the table's list, newest objects first, nested lists completed."""
        for page in self._list(table.name, table.path, table.parameters) if table.is_listed else ():
            for obj in page.objects:
                for child in table.nested_lists:
                    self._complete(table, obj, child)
            yield page

    def _list(self, name: str, path: str, parameters: dict[str, Any]) -> Iterator[Page]:
        cursor: str | None = None
        while True:
            asked = {**parameters, "limit": PAGE_SIZE, **({"starting_after": cursor} if cursor else {})}
            body, page = self._get(name, path, asked)
            yield page
            if not body.get("has_more"):
                return
            last = page.objects[-1].get("id") if page.objects else None
            if not last or last == cursor:
                raise StopError(f"{self._who(name)}: the list after {cursor} says it has more but does not advance.")
            cursor = last

    def _complete(self, table: StripeTable, obj: Object, child: str) -> None:
        """Replace a nested list that Stripe cut short by all of its members."""
        nested = obj.get(child)
        if isinstance(nested, dict) and nested.get("has_more"):
            path = nested.get("url") or f"{table.path}/{obj['id']}/{child}"
            pages = self._list(f"{table.name}.{child} of {obj['id']}", path, {})
            obj[child] = {
                **nested,
                "data": [member for page in pages for member in page.objects],
                "has_more": False,
            }

    def _get(self, name: str, path: str, parameters: dict[str, Any]) -> tuple[dict[str, Any], Page]:
        who = self._who(name)

        def ask() -> tuple[dict[str, Any], Page]:
            try:
                answer = self._client.raw_request("get", path, **parameters)
            except stripe.StripeError as error:
                self._refuse(who, error)
            body = decode(answer.body.encode() if isinstance(answer.body, str) else answer.body, who)
            if not isinstance(body, dict) or not isinstance(body.get("data"), list):
                raise StopError(f"{who}: {path} answered no list object; is the base URL Stripe's?")
            version = answer.headers.get("Stripe-Version") or API_VERSION
            return body, Page(body["data"], server_time(answer.headers), version)

        return persistently(ask)

    def _refuse(self, who: str, error: stripe.StripeError) -> NoReturn:
        said = error.user_message or str(error)
        if isinstance(error, stripe.AuthenticationError):
            raise ConfigError(
                f"{who}: Stripe refused the key {masked(self._key)} (401: {said}). Put a valid key into"
                f" {self._connection.variable('api_key')}."
            ) from error
        if isinstance(error, stripe.PermissionError):
            raise ConfigError(
                f"{who}: the key {masked(self._key)} may not read this (403: {said}). Grant it read permission"
                " on this resource in Stripe's dashboard, under API keys."
            ) from error
        status = error.http_status
        passing = status is None or status < 400 or status == 429 or status >= 500  # below 400: a body cut short
        if passing or isinstance(error, stripe.APIConnectionError):
            raise Later(f"{who}: {said} ({status or 'no answer'})", retry_after(error.headers)) from error
        raise StopError(f"{who}: Stripe answered {status}, which asking again does not change: {said}") from error

    def _who(self, name: str) -> str:
        return f"{self._connection.name}/{name}"


def masked(key: str) -> str:
    """A key as it may be shown: its kind and last four characters."""
    kind = "_".join(key.split("_")[:2])[:8] if key.count("_") >= 2 else key[:3]
    return f"{kind}…{key[-4:]}" if len(key) > 12 else f"{key[:3]}…"
