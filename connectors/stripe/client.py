"""Asking Stripe through its official SDK: one pinned API version, one rate budget, bodies read once.

Belongs here: requests, nested lists. Does not: what an error deserves (`refusals.py`), which objects there are
(`tables.py`), what is asked when (`follow.py`).
"""

import threading
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NoReturn
from urllib.parse import quote

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

import stripe
from connectors.connector import Connection, Object, Page
from connectors.errors import ConfigError, StopError
from connectors.stripe.refusals import Gone, refuse
from connectors.stripe.tables import StripeTable
from connectors.sync.budget import Budget, Limits
from connectors.sync.coverage import BEGINNING, FOREVER
from connectors.sync.http import TIMEOUT, decode, is_objects, persistently, retry_after, server_time
from connectors.sync.scan import CursorGone

API_VERSION = "2026-10-28.endive"
"""Pinned to the SDK's own; staging reads this shape and the one before 2025-03-31."""

API_URL = "https://api.stripe.com"
PAGE_SIZE = 100
LIVE_RATE, TEST_RATE, ENDPOINT_RATE = 100, 25, 25
"""Requests a second Stripe allows an account in live and in test mode, and to one endpoint of it."""

IN_FLIGHT = 40
RESTARTS = 5
"""How often a nested list may lose the object its next page begins after, before it is left to the next sync."""

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

    def __init__(self, url: str) -> None:
        super().__init__(timeout=TIMEOUT, session=_session(url))
        self._bodies = threading.local()

    def request(self, *args: Any, **options: Any) -> Any:
        answer, status, headers = super().request_stream(*args, **options)
        try:
            body = answer.read(decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise stripe.APIConnectionError(f"the answer broke off ({type(error).__name__}): {error}") from error
        if not 200 <= status < 300:
            return body.decode(errors="replace"), status, headers  # the SDK takes no other encoding than UTF-8
        self._bodies.last = body
        return "{}", status, headers

    def take(self) -> bytes:
        """The body of this thread's last good answer."""
        body: bytes = self._bodies.last
        return body


def _session(url: str) -> requests.Session:
    """A session for all threads: no cookies, and proxies as the environment names them now, not at each request."""
    session = requests.Session()
    session.proxies.update(get_environ_proxies(url))
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount(url, HTTPAdapter(pool_maxsize=IN_FLIGHT))
    return session


class StripeApi:
    """One account of Stripe, or of whatever answers at the connection's base URL; many threads may use it."""

    def __init__(self, connection: Connection, budget: Budget) -> None:
        """Raises `ConfigError` when the connection has no key."""
        self._connection, self.budget = connection, budget
        self._key = connection.required("api_key")
        url = connection.base_url(API_URL)
        self._bodies = _RawBodies(url)
        self._client = stripe.StripeClient(
            self._key,
            stripe_version=API_VERSION,
            base_addresses={"api": url},
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
        living = [obj for obj in page.objects if self._is_whole(table, obj)]
        if page.has_more and not living:
            return self.page(table, since, until, page.objects[-1]["id"], **filters)
        beside: dict[str, list[Object]] = {}
        for obj in living:
            for discount in harvested(table, obj):
                beside.setdefault("discounts", []).append(discount)
        return Page(living, page.seen_at, page.api_version, page.has_more, beside)

    def retrieve(self, table: StripeTable, identity: str) -> Page:
        """The object as it is now; a page without objects when it is deleted. Raises as `page` does."""
        expand = {"expand": list(table.expand)} if table.expand else {}
        try:
            body, page = self._get(table.name, _address(table, identity), f"{table.path}/{{id}}", expand)
        except Gone as gone:
            return Page([], gone.seen_at)
        found = [body] if self._is_whole(table, body) else []
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
        page, restarts = Page([], server_time({}), has_more=True), 0
        while page.has_more:
            after = {"starting_after": found[-1]["id"]} if found else {}
            asked = {**parameters, "limit": PAGE_SIZE, **after}
            try:
                page = self._list(name, path, endpoint, asked, completes=completes)
            except CursorGone:
                restarts += 1
                if restarts > RESTARTS:
                    raise
                found = []
            else:
                found += page.objects
        return found

    def _is_whole(self, table: StripeTable, obj: Object) -> bool:
        """Whether the object is there, and now with all of its nested lists: not when it is, or just was, deleted."""
        if obj.get("deleted"):
            return False
        try:
            self._complete(table, obj)
        except Gone:
            if self._is_there(table, obj["id"]):
                raise
            return False
        return True

    def _is_there(self, table: StripeTable, identity: str) -> bool:
        try:
            body, _ = self._get(table.name, _address(table, identity), f"{table.path}/{{id}}", {})
        except Gone:
            return False
        return not body.get("deleted")

    def _complete(self, table: StripeTable, obj: Object) -> None:
        """Replace nested lists that Stripe cut short, or left out, by all of their members."""
        for child in table.nested_lists:
            nested = obj.get(child)
            if (isinstance(nested, dict) and nested.get("has_more")) or (nested is None and child in table.left_out):
                nested = nested or {"object": "list"}
                path = nested.get("url") or f"{_address(table, obj['id'])}/{child}"
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
        if not is_objects(objects):
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
        if error.http_status == 429:
            headers = error.headers or {}
            self.budget.refused(endpoint, headers.get("Stripe-Rate-Limited-Reason"), retry_after(headers))
        refuse(who, self._key, self._connection.variable("api_key"), error)

    def _who(self, name: str) -> str:
        return f"{self._connection.name}/{name}"


def _address(table: StripeTable, identity: str) -> str:
    """Where an object is: coupons, products and prices have ids of the merchant's own, such as `50% off`."""
    return f"{table.path}/{quote(identity, safe='')}"


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
