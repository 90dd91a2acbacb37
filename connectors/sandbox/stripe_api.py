"""Stripe over HTTP: keys, versions, limits, faults and routing; what a list answers stands in `stripe_lists.py`."""

import base64
import binascii
import itertools
import re
import secrets
import time
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.pacing import DrawnFaults, RollingLimit
from connectors.sandbox.settings import StripeSettings
from connectors.sandbox.stripe_account import account
from connectors.sandbox.stripe_errors import (
    StripeError,
    bad_request,
    no_key,
    rate_limited,
    read_only,
    server_error,
    unrecognized_url,
    wrong_key,
)
from connectors.sandbox.stripe_lists import Pairs, StripeLists
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_world import StripeWorld

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z_]+)?(\s*;\s*[a-z_]+=v\d+)*")


class StripeApi:
    """The endpoint for everything below /stripe; one instance holds the limits of one account."""

    def __init__(self, world: StripeWorld, settings: StripeSettings) -> None:
        self._lists = StripeLists(world)
        self._settings = settings
        self._account = account(settings, world.first_id, created=_oldest(world))
        self._faults = DrawnFaults(settings.faults)
        self._limit = RollingLimit(settings.requests_per_second, 1)
        self._endpoint_limits: dict[str, RollingLimit] = {}
        self._prefix = secrets.token_urlsafe(6).replace("-", "A").replace("_", "B")
        self._count = itertools.count(1)

    async def __call__(self, request: Request) -> Response:
        """Answer one request as Stripe would."""
        request_id = f"req_{self._prefix}{next(self._count):07d}"
        headers = {"Request-Id": request_id, "Stripe-Version": self._settings.api_version}
        path = "/" + request.path_params["path"]
        try:
            self._authorize(request.headers.get("authorization", ""))
            headers["Stripe-Version"] = self._version(request.headers.get("stripe-version"))
            self._admit(request.method, path)
            query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
            body, status = self._answer(request.method, path, query), 200
        except StripeError as error:
            body, status = orjson.dumps(error.body(self._log_url(request_id))), error.status
            headers |= dict(error.headers)
        return Response(body, status, headers, media_type="application/json")

    def _answer(self, method: str, path: str, query: Pairs) -> bytes:
        match path.strip("/").split("/"):
            case ["v1", *rest] if method not in ("GET", "HEAD") and rest:
                raise read_only(method, path)
            case ["v1", "account"]:
                return orjson.dumps(self._account)
            case ["v1", "accounts", id_] if id_ == self._account["id"]:
                return orjson.dumps(self._account)
            case ["v1", "subscription_items"]:
                return self._lists.subscription_items(query)
            case ["v1", name] if name in RESOURCES:
                return self._lists.page(name, query)
            case ["v1", name, id_] if name in RESOURCES and id_ != "search":
                return self._lists.retrieve(name, id_, query)
            case ["v1", "invoices", id_, "lines"]:
                return self._lists.invoice_lines(id_, query)
            case ["v1", "charges", id_, "refunds"]:
                return self._lists.charge_refunds(id_, query)
        raise unrecognized_url(method, path)

    def _authorize(self, header: str) -> None:
        """Bearer, or Basic with the key as its user."""
        scheme, _, credentials = header.strip().partition(" ")
        key = credentials.strip()
        if scheme.lower() == "basic":
            try:
                key = base64.b64decode(key, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                key = ""
        elif scheme.lower() != "bearer":
            key = ""
        if not key:
            raise no_key()
        if not secrets.compare_digest(key.encode(), self._settings.api_key.encode()):
            raise wrong_key(key)

    def _version(self, sent: str | None) -> str:
        if sent is None:
            return self._settings.api_version
        if not _VERSION.fullmatch(sent.strip()):
            raise bad_request(f"Invalid Stripe API version: {sent}")
        return sent.strip()

    def _admit(self, method: str, path: str) -> None:
        """Count the request against the account's and the operation's limit, and draw its fault."""
        parts = path.strip("/").split("/")
        operation = " ".join([method, *parts[1:2], *("{id}" for _ in parts[2:3]), *parts[3:]])
        per_endpoint = self._settings.endpoint_requests_per_second
        endpoint = self._endpoint_limits.setdefault(operation, RollingLimit(per_endpoint, 1))
        if not self._limit.take():
            raise rate_limited("global-rate")
        if not endpoint.take():
            raise rate_limited("endpoint-rate")
        if self._faults.strikes():
            raise server_error()

    def _log_url(self, request_id: str) -> str:
        mode = "test/" if self._settings.api_key.startswith("sk_test_") else ""
        return f"https://dashboard.stripe.com/{mode}logs/{request_id}?t={int(time.time())}"


def _oldest(world: StripeWorld) -> int:
    return min((c.created(-1) for c in world.collections.values() if c.lines), default=0)
