"""What Stripe's errors deserve: the SDK's exceptions become this project's.

Belongs here: from an error to an exception, and keys as they may be shown. Does not: sending (`client.py`), who goes on
after which of them (`scan.py`, `events.py`).
"""

from datetime import datetime
from typing import NoReturn

import stripe
from connectors.errors import ConfigError, StopError
from connectors.sync.http import LATER, Later, retry_after, server_time
from connectors.sync.scan import CursorGone, Unreadable


class Gone(StopError):
    """Stripe knows no such object (any more), at its time `seen_at`."""

    def __init__(self, message: str, seen_at: datetime) -> None:
        """Keep the time beside the message."""
        super().__init__(message)
        self.seen_at = seen_at


def refuse(who: str, key: str, variable: str, error: stripe.StripeError) -> NoReturn:
    """Raise what the error deserves; `variable` is the setting that holds the `key`.

    Raises `ConfigError`, `Unreadable`, `Later`, `CursorGone`, `Gone` or `StopError`.
    """
    said, status, headers = error.user_message or str(error), error.http_status, error.headers or {}
    if status == 401 or isinstance(error, stripe.AuthenticationError):
        raise ConfigError(
            f"{who}: Stripe refused the key {masked(key)} (401: {said}). Put a valid key into {variable}."
        ) from error
    if isinstance(error, stripe.PermissionError):
        raise Unreadable(
            f"{who}: the key {masked(key)} may not read this (403: {said}). Grant it read permission on this resource"
            " in Stripe's dashboard, under API keys.",
            server_time(headers),
        ) from error
    if _is_passing(error) or isinstance(error, stripe.APIConnectionError):
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


def _is_passing(error: stripe.StripeError) -> bool:
    """Whether asking again may help: as the SDK's own retries judge it, which are off."""
    status, headers = error.http_status, error.headers or {}
    if status is None or status < 400 or status >= 500:  # below 400: a body cut short
        return True
    return status in (*LATER, 409) or headers.get("Stripe-Should-Retry") == "true"


def masked(key: str) -> str:
    """A key as it may be shown: its kind and last four characters."""
    kind = "_".join(key.split("_")[:2])[:8] if key.count("_") >= 2 else key[:3]
    return f"{kind}…{key[-4:]}" if len(key) > 12 else f"{key[:3]}…"
