"""Stripe over HTTP: versions, faults, headers; keys stand in `stripe_keys.py`, answers in `stripe_played.py`."""

import asyncio
import itertools
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from connectors.sandbox.clock import Clock
from connectors.sandbox.connections import Connections
from connectors.sandbox.faults import Fault, StripeFaultDraw
from connectors.sandbox.stripe_account import account, account_id
from connectors.sandbox.stripe_errors import (
    StripeError,
    bad_request,
    no_such_account,
    read_only,
    server_error,
    unavailable,
    unrecognized_url,
)
from connectors.sandbox.stripe_keys import StripeKeys
from connectors.sandbox.stripe_played import PlayedAccount
from connectors.sandbox.stripe_routes import Route, route
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.sandbox.stripe_world import StripeWorld

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z_]+)?(\s*;\s*[a-z_]+=v\d+)*")
_PREFIX = "/stripe"


class StripeApi:
    """The ASGI application for everything below /stripe; `accounts` are those it plays, by id, its own first."""

    def __init__(
        self, world: StripeWorld, connected: Mapping[str, StripeWorld], settings: StripeSettings, clock: Clock
    ) -> None:
        """Raises `WorldError` for settings that name lists or accounts the world has not."""
        own = account_id(settings, world.oldest[1])
        self.own = PlayedAccount(own, world, settings, clock)
        self.accounts = {own: self.own}
        for id_, books in connected.items():
            self.accounts[id_] = PlayedAccount(id_, books, settings, clock, _info(world, id_, books))
        self.connections = Connections()
        self._settings, self._clock = settings, clock
        self._keys = StripeKeys(settings, own, connected)
        self._faults = StripeFaultDraw(settings.faults)
        self._prefix = secrets.token_urlsafe(6).replace("-", "A").replace("_", "B")
        self._count = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as Stripe would."""
        answer = _Answer(f"req_{self._prefix}{next(self._count):07d}", self._settings.api_version)
        try:
            await self._answer(scope, receive, send, answer)
        except StripeError as error:
            body = orjson.dumps(error.body(self._log_url(answer.request_id)))
            await answer.send(send, body, error.status, error.headers)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, answer: "_Answer") -> None:
        path, headers = scope["path"].removeprefix(_PREFIX) or "/", Headers(scope=scope)
        access = self._keys.access(headers.get("authorization", ""))
        answer.version = self._version(headers.get("stripe-version"))
        played = self.accounts[self._keys.account(access, headers.get("stripe-account"))]
        asked = _routed(scope["method"], path)
        with played.limits.admitted(asked.operation):
            access.check(asked.name, played.id)
            if asked.name == "accounts" and asked.id and asked.id not in self.accounts:
                self._refuse_unknown(asked.id, access.key, played)
            fault = self._faults.draw()
            if fault:
                played.counters.faults[fault.value] += 1
            await self._delayed(fault)
            if fault is Fault.RESET:
                await self.connections.reset(scope, receive)
                return
            query = scope["query_string"].decode("latin-1")
            address = f"{path}?{query}"
            for watcher in tuple(played.watchers):
                watcher(address)
            body = played.answer(asked, answer.version, parse_qsl(query, keep_blank_values=True))
            if fault is Fault.TRUNCATED:
                await answer.send(send, body, cut_at=len(body) // 2)
                await self.connections.close(scope, receive)
                return
            played.counters.served[address] += 1
            await answer.send(send, body)

    async def _delayed(self, fault: Fault | None) -> None:
        """Let the time pass that an answer takes; raises the `StripeError` of a fault that is one."""
        if self._settings.latency_seconds:
            await asyncio.sleep(self._settings.latency_seconds)
        if fault is Fault.ERROR:
            raise server_error()
        if fault is Fault.UNAVAILABLE:
            raise unavailable()
        if fault is Fault.TIMEOUT:
            await asyncio.sleep(self._settings.faults.timeout_seconds)

    def _refuse_unknown(self, id_: str, key: str, played: PlayedAccount) -> None:
        with played.world.lock:
            if id_ not in played.world.collections["accounts"].key and id_ not in played.world.deleted["accounts"]:
                raise no_such_account(key, id_)

    def _version(self, sent: str | None) -> str:
        if sent is None:
            return self._settings.api_version
        if not _VERSION.fullmatch(sent.strip()):
            raise bad_request(f"Invalid Stripe API version: {sent}")
        return sent.strip()

    def _log_url(self, request_id: str) -> str:
        mode = "test/" if self._settings.api_key.startswith("sk_test_") else ""
        return f"https://dashboard.stripe.com/{mode}logs/{request_id}?t={int(self._clock.now())}"


class _Answer:
    """What every answer carries: its request id and the version it is in."""

    def __init__(self, request_id: str, version: str) -> None:
        self.request_id = request_id
        self.version = version

    async def send(
        self,
        send: Send,
        body: bytes,
        status: int = 200,
        headers: tuple[tuple[str, str], ...] = (),
        cut_at: int | None = None,
    ) -> None:
        """Send the answer; with `cut_at`, only that many bytes of the body."""
        every = (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Request-Id", self.request_id),
            ("Stripe-Version", self.version),
            *headers,
        )
        encoded = [(name.encode(), value.encode()) for name, value in every]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": body[:cut_at], "more_body": cut_at is not None})


def _routed(method: str, path: str) -> Route:
    found = route(path)
    if method not in ("GET", "HEAD") and path.startswith("/v1/"):
        raise read_only(method, path)
    if found is None:
        raise unrecognized_url(method, path)
    return found


def _info(platform: StripeWorld, id_: str, books: StripeWorld) -> dict[str, object]:
    """The account object of a connected account: as the platform lists it, else one of our own."""
    return platform.get("accounts", id_) or account(id_, created=books.oldest[0])
