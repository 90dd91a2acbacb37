"""Asking a vendor politely: what is retried and for how long, and which exception an answer deserves.

Belongs here: what holds for every vendor over HTTP. Does not: paging, paths or credentials of one vendor.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from typing import Any, TypeGuard, TypeVar

import orjson
import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from connectors.connector import Object
from connectors.errors import ConfigError, RetryError, StopError
from connectors.sync.storable import storable

ATTEMPTS = 8
TIMEOUT = (10, 80)
"""Seconds to connect and to wait for an answer; 80 is what Stripe's own clients wait."""

BACKOFF = wait_random_exponential(multiplier=0.25, max=20)
OF_A_LIMIT = 4.0
"""How much longer a limit is waited for that does not say how long: a minute in all, as vendors' windows last."""
LATER = (408, 423, 424, 425, 429, 477)
"""Statuses below 500 that may be others when asked again."""
Answer = TypeVar("Answer")


class Later(RetryError):
    """The vendor may answer later; `after` is the wait in seconds it asked for, if it did.

    `is_limit` says that it was asked too much: its window, often a minute, has to pass.
    """

    def __init__(self, message: str, after: float | None = None, *, is_limit: bool = False) -> None:
        """Keep the wait beside the message."""
        super().__init__(message)
        self.after, self.is_limit = after, is_limit


class AbsentError(StopError):
    """There is nothing at the address that was asked: it may have gone since it was listed."""


class SecretSession(requests.Session):
    """Sends secrets in headers of the vendor's own; a redirect to another host does not take them along.

    `requests` itself takes care of `Authorization` alone.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """Send `secrets`, by name of their header, with every request."""
        super().__init__()
        self._secrets = frozenset(secrets)
        self.headers.update(secrets)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Called by `requests` before it follows a redirect."""
        if self.should_strip_auth(response.request.url or "", prepared_request.url or ""):
            for name in self._secrets:
                prepared_request.headers.pop(name, None)
        super().rebuild_auth(prepared_request, response)


def persistently(ask: Callable[[], Answer]) -> Answer:
    """Call `ask` until it answers, waiting as asked or with jittered backoff; the last `Later` is raised."""
    for attempt in Retrying(
        retry=retry_if_exception_type(Later), stop=stop_after_attempt(ATTEMPTS), wait=_wait, reraise=True
    ):
        with attempt:
            return ask()
    raise AssertionError("Retrying either returns or raises")


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, Later) or error.after is None:
        return BACKOFF(state) * (OF_A_LIMIT if isinstance(error, Later) and error.is_limit else 1.0)
    return min(error.after, 60.0)


def decode(body: bytes, who: str) -> Any:
    """The JSON value in `body`. Raises `Later` when it is cut short or not JSON."""
    try:
        return orjson.loads(body)
    except JSONDecodeError as error:
        try:
            return storable(json.loads(body))  # lone surrogates are JSON to the standard library, not to orjson
        except ValueError:
            raise Later(f"{who}: answered {len(body)} bytes that are not whole JSON: {error}.") from error


def is_objects(value: Any) -> TypeGuard[list[Object]]:
    """Whether `value` is what every vendor's list is: objects, none of them null or bare."""
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def server_time(headers: Any) -> datetime:
    """The vendor's clock from the `Date` header; ours when the header is absent or unreadable."""
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return datetime.now(UTC)


def retry_after(headers: Any) -> float | None:
    """The seconds a `Retry-After` header asks to wait, in seconds or until a moment, or None."""
    try:
        asked = headers["Retry-After"]
        if not asked.strip().isdigit() and "," in asked:
            return max(0.0, (parsedate_to_datetime(asked) - server_time(headers)).total_seconds())
        return max(0.0, float(asked))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def fetch(who: str, request: Callable[[], requests.Response], cure: str) -> tuple[Any, requests.Response]:
    """Send `request` until answered; returns the decoded body and the response.

    `who` names connector, table and window; `cure` says what to change when the credentials are refused.
    Raises `ConfigError` (401, 403), `AbsentError` (404, 410), `StopError` (other 4xx), `RetryError` (`LATER`, 5xx,
    network).
    """

    def ask() -> tuple[Any, requests.Response]:
        try:
            response = request()
        except requests.RequestException as error:
            raise Later(f"{who}: no answer ({type(error).__name__}): {error}.") from error
        said = "" if response.ok else response.text  # whose encoding may have to be guessed, letter by letter
        refuse(who, response.status_code, said, response.headers, cure)
        return decode(response.content, who), response

    return persistently(ask)


def refuse(who: str, status: int, body: str, headers: Any, cure: str) -> None:
    """Raise what a status deserves; return on 2xx."""
    if 200 <= status < 300:
        return
    said = " ".join(body.split())[:400]
    if status in (401, 403):
        raise ConfigError(f"{who}: refused with {status}: {said} {cure}")
    if status in LATER or status >= 500:
        said = f"{who}: answered {status} {ATTEMPTS} times: {said}"
        raise Later(said, retry_after(headers), is_limit=status == 429)
    kind = AbsentError if status in (404, 410) else StopError
    raise kind(f"{who}: answered {status}, which asking again does not change: {said}")
