"""Asking Stripe through its official SDK: one pinned API version, one rate budget, bodies read once.

Belongs here: requests, nested lists, Stripe's errors. Does not: which objects there are (`tables.py`), what is asked
when (`follow.py`).
"""

import threading
from collections.abc import Mapping
from typing import Any, NoReturn

import urllib3

import stripe
from connectors.connector import Connection, Object, Page
from connectors.errors import ConfigError, StopError
from connectors.stripe.tables import StripeTable
from connectors.sync.budget import Budget, Limits
from connectors.sync.coverage import BEGINNING, FOREVER
from connectors.sync.http import TIMEOUT, Later, decode, persistently, retry_after, server_time
from connectors.sync.scan import CursorGone, Unreadable

API_VERSION = "2026-10-28.endive"
"""Pinned to the SDK's own; staging reads this shape and the one before 2025-03-31."""

API_URL = "https://api.stripe.com"
PAGE_SIZE = 100
LIVE_RATE, TEST_RATE, ENDPOINT_RATE = 100, 25, 25
"""Requests a second Stripe allows an account in live and in test mode, and to one endpoint of it."""

IN_FLIGHT = 40
SHARE = 0.5
"""The part of Stripe's limits used unless RATE_SHARE says otherwise: the merchant's checkout lives under them too."""


def is_test_key(key: str) -> bool:
    """Whether the key opens Stripe's test mode."""
    return key.startswith(("sk_test_", "rk_test_"))


def budget(connection: Connection) -> Budget:
    """The connection's own rate budget. Raises `ConfigError` for a limit or a share that is none."""
    usual = TEST_RATE if is_test_key(connection.required("api_key")) else LIVE_RATE
    rate, share = connection.optional("rate_limit") or usual, connection.optional("rate_share") or SHARE
    try:
        # Stripe raises an account's limits on request, an endpoint's with them.
        endpoint = max(min(ENDPOINT_RATE, float(rate)), float(rate) / 4)
        return Budget(Limits(float(rate), endpoint, IN_FLIGHT), float(share))
    except ValueError as error:
        raise ConfigError(
            f"{connection.name}: {connection.variable('rate_limit')} is {rate!r} and"
            f" {connection.variable('rate_share')} {share!r}; expected requests a second, such as {usual}, and the part"
            f" of them to use, above 0 and at most 1, such as {SHARE}."
        ) from error


class _RawBodies(stripe.RequestsClient):
    """Keeps Stripe's bodies as bytes: the SDK would decode each into OrderedDicts first, which costs more than all.

    A body is read at once: in pieces of 10 KB, as the SDK has it read, a page costs fifty turns of all readers' lock.
    """

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT)
        self._bodies = threading.local()

    def request(self, *args: Any, **options: Any) -> Any:
        answer, status, headers = super().request_stream(*args, **options)
        try:
            body = answer.read(decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise stripe.APIConnectionError(f"the answer broke off ({type(error).__name__}): {error}") from error
        if not 200 <= status < 300:
            return body, status, headers
        self._bodies.last = body
        return "{}", status, headers

    def take(self) -> bytes:
        """The body of this thread's last good answer."""
        body: bytes = self._bodies.last
        return body


class StripeApi:
    """One account of Stripe, or of whatever answers at the connection's base URL; many threads may use it."""

    def __init__(self, connection: Connection, budget: Budget) -> None:
        """Raises `ConfigError` when the connection has no key."""
        self._connection, self.budget = connection, budget
        self._key = connection.required("api_key")
        self._bodies = _RawBodies()
        self._client = stripe.StripeClient(
            self._key,
            stripe_version=API_VERSION,
            base_addresses={"api": connection.base_url(API_URL)},
            http_client=self._bodies,
            max_network_retries=0,  # retried by `persistently`, as for every vendor, ordinary 429s included
        )

    def page(
        self,
        table: StripeTable,
        since: int = BEGINNING,
        until: int = FOREVER,
        cursor: str | None = None,
        **filters: Any,
    ) -> Page:
        """A page of the table's list created in [since, until) after `cursor`, newest first, nested lists completed.

        Raises `CursorGone` when the cursor's object was deleted, `Unreadable` when the key may not read the list.
        """
        created = {"gte": since} if since > BEGINNING else {}
        created |= {"lt": until} if until < FOREVER else {}
        asked = {
            **table.parameters,
            **filters,
            "limit": PAGE_SIZE,
            **({"created": created} if created else {}),
            **({"expand": [f"data.{field}" for field in table.expand]} if table.expand else {}),
            **({"starting_after": cursor} if cursor else {}),
        }
        page = self._list(table.name, table.path, table.path, asked)
        beside: dict[str, list[Object]] = {}
        for obj in page.objects:
            self._complete(table, obj)
            for discount in harvested(table, obj):
                beside.setdefault("discounts", []).append(discount)
        return Page(page.objects, page.seen_at, page.api_version, page.has_more, beside)

    def retrieve(self, table: StripeTable, identity: str) -> Page:
        """The object as it is now; a page without objects when it is deleted. Raises as `page` does."""
        expand = {"expand": list(table.expand)} if table.expand else {}
        found: list[Object] = []
        try:
            body, page = self._get(table.name, f"{table.path}/{identity}", f"{table.path}/{{id}}", expand)
        except Gone as gone:
            return Page([], gone.seen_at)
        if not body.get("deleted"):
            self._complete(table, body)
            found = [body]
        beside = {"discounts": list(harvested(table, body))} if found else {}
        return Page(found, page.seen_at, page.api_version, False, {k: v for k, v in beside.items() if v})

    def try_list(self, table: StripeTable) -> None:
        """Ask the table's list for one object. Raises `Unreadable` when the key may not read it."""
        self._list(table.name, table.path, table.path, {**table.parameters, "limit": 1})

    def account(self) -> tuple[Object, Page]:
        """The account the key opens."""
        return self._get("accounts", "/v1/account", "/v1/account", {})

    def members(
        self, name: str, path: str, endpoint: str, parameters: Mapping[str, Any], *, completes: bool = False
    ) -> list[Object]:
        """All objects of a list, in its order; `completes` when they are the rest of a page already fetched."""
        found: list[Object] = []
        page = Page([], server_time({}), has_more=True)
        while page.has_more:
            after = {"starting_after": found[-1]["id"]} if found else {}
            asked = {**parameters, "limit": PAGE_SIZE, **after}
            page = self._list(name, path, endpoint, asked, completes=completes)
            found += page.objects
        return found

    def _complete(self, table: StripeTable, obj: Object) -> None:
        """Replace nested lists that Stripe cut short, or left out, by all of their members."""
        for child in table.nested_lists:
            nested = obj.get(child)
            if (isinstance(nested, dict) and nested.get("has_more")) or (nested is None and child in table.left_out):
                nested = nested or {"object": "list"}
                path = nested.get("url") or f"{table.path}/{obj['id']}/{child}"
                endpoint = f"{table.path}/{{id}}/{child}"
                name, asked = f"{table.name}.{child} of {obj['id']}", self._of(path, obj, child)
                data = self.members(name, path, endpoint, asked, completes=True)
                obj[child] = {**nested, "data": data, "has_more": False, "url": path}

    @staticmethod
    def _of(path: str, obj: Object, child: str) -> dict[str, Any]:
        """What a list that serves many parents needs to know of this one."""
        return {"subscription": obj["id"]} if path == "/v1/subscription_items" and child == "items" else {}

    def _list(self, name: str, path: str, endpoint: str, asked: Mapping[str, Any], *, completes: bool = False) -> Page:
        body, page = self._get(name, path, endpoint, asked, completes=completes)
        objects = body.get("data")
        if not isinstance(objects, list):
            raise StopError(f"{self._who(name)}: {path} answered no list object; is the base URL Stripe's?")
        has_more = bool(body.get("has_more"))
        last = objects[-1].get("id") if objects else None
        if has_more and (not last or last == asked.get("starting_after")):
            raise StopError(
                f"{self._who(name)}: the list after {asked.get('starting_after')} says it has more but does not"
                " advance."
            )
        return Page(objects, page.seen_at, page.api_version, has_more)

    def _get(
        self, name: str, path: str, endpoint: str, asked: Mapping[str, Any], *, completes: bool = False
    ) -> tuple[dict[str, Any], Page]:
        who = self._who(name)

        def ask() -> tuple[dict[str, Any], Page]:
            with self.budget.request(endpoint, completes=completes):
                try:
                    answer = self._client.raw_request("get", path, **asked)
                except stripe.StripeError as error:
                    self._refuse(who, endpoint, error)
                body = decode(self._bodies.take(), who)
            if not isinstance(body, dict):
                raise StopError(f"{who}: {path} answered no object; is the base URL Stripe's?")
            version = answer.headers.get("Stripe-Version") or API_VERSION
            return body, Page([], server_time(answer.headers), version)

        return persistently(ask)

    def _refuse(self, who: str, endpoint: str, error: stripe.StripeError) -> NoReturn:
        said, status, headers = error.user_message or str(error), error.http_status, error.headers or {}
        if status == 429:
            self.budget.refused(endpoint, headers.get("Stripe-Rate-Limited-Reason"), retry_after(headers))
        if isinstance(error, stripe.AuthenticationError):
            raise ConfigError(
                f"{who}: Stripe refused the key {masked(self._key)} (401: {said}). Put a valid key into"
                f" {self._connection.variable('api_key')}."
            ) from error
        if isinstance(error, stripe.PermissionError):
            raise Unreadable(
                f"{who}: the key {masked(self._key)} may not read this (403: {said}). Grant it read permission"
                " on this resource in Stripe's dashboard, under API keys.",
                server_time(headers),
            ) from error
        passing = status is None or status < 400 or status == 429 or status >= 500  # below 400: a body cut short
        if passing or isinstance(error, stripe.APIConnectionError):
            raise Later(f"{who}: {said} ({status or 'no answer'})", retry_after(headers)) from error
        if error.code == "resource_missing" and getattr(error, "param", None) == "starting_after":
            raise CursorGone(f"{who}: {said}") from error
        if status == 404 and error.code == "resource_missing":
            raise Gone(f"{who}: {said}", server_time(headers)) from error
        if status == 404:
            raise Unreadable(
                f"{who}: this server has no such list (404: {said}); is the base URL Stripe's?",
                server_time(headers),
                lacks_permission=False,
            ) from error
        raise StopError(f"{who}: Stripe answered {status}, which asking again does not change: {said}") from error

    def _who(self, name: str) -> str:
        return f"{self._connection.name}/{name}"


class Gone(StopError):
    """Stripe knows no such object (any more), at its time `seen_at`."""

    def __init__(self, message: str, seen_at: Any) -> None:
        """Keep the time beside the message."""
        super().__init__(message)
        self.seen_at = seen_at


def harvested(table: StripeTable, obj: Object) -> list[Object]:
    """The discounts inside an object; where Stripe names them by id unless asked, the ids are put back.

    So an object is the same whether it was listed, retrieved or told of by an event.
    """
    found: list[Object] = []
    for field in table.harvest:
        members = obj.get(field)
        if isinstance(members, list):
            found += [member for member in members if isinstance(member, dict) and member.get("id")]
            obj[field] = [member["id"] if isinstance(member, dict) and "id" in member else member for member in members]
    single = obj.get("discount")
    if isinstance(single, dict) and single.get("id"):
        found.append(single)
    return found


def masked(key: str) -> str:
    """A key as it may be shown: its kind and last four characters."""
    kind = "_".join(key.split("_")[:2])[:8] if key.count("_") >= 2 else key[:3]
    return f"{kind}…{key[-4:]}" if len(key) > 12 else f"{key[:3]}…"
