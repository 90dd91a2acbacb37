"""What Meta's error codes deserve. They say what the HTTP status does not: rate limits come as 400.

Belongs here: from an error body to an exception. Does not: sending and paging (`client.py`).
"""

from typing import Any

import orjson

from connectors.connector import Connection
from connectors.errors import ConfigError, StopError
from connectors.sync.http import ATTEMPTS, Later

_RATE_LIMITS = {4, 17, 32, 341, 613, *range(80_000, 80_015)}
_TRANSIENT = {1, 2}
_TOKEN = {102, 190, 463, 467}
_PERMISSION = {3, 10, 294, *range(200, 300)}
_TOO_MUCH_SUBCODE, _UNKNOWN_OBJECT_SUBCODE = 1487534, 33
_TOO_MUCH_TEXT = "reduce the amount of data"
_MINUTE = 60.0


class TooMuchError(StopError):
    """Meta will not answer that much at once: ask for less."""


def refuse(who: str, connection: Connection, status: int, body: bytes, headers: Any) -> None:
    """Raise what an answer other than 2xx deserves; return on 2xx.

    Raises `ConfigError`, `Later`, `TooMuchError` or `StopError`.
    """
    if 200 <= status < 300:
        return
    error = _error(body)
    code, subcode = error.get("code"), error.get("error_subcode")
    said = " ".join(str(error.get("message") or body[:400].decode(errors="replace")).split())[:400]
    if code in _TOKEN or status == 401:
        raise ConfigError(
            f"{who}: the access token is refused: {said} Put a fresh one with ads_read into"
            f" {connection.variable('access_token')}; a system user's does not expire."
        )
    if subcode == _UNKNOWN_OBJECT_SUBCODE:
        raise ConfigError(
            f"{who}: Meta knows no such ad account, or the token may not see it: check"
            f" {connection.variable('account_id')}, and that the token's user is assigned to the account."
        )
    if code in _RATE_LIMITS or status == 429:
        raise Later(f"{who}: limited by Meta {ATTEMPTS} times (code {code}): {said}", _regained(headers), is_limit=True)
    if subcode == _TOO_MUCH_SUBCODE or _TOO_MUCH_TEXT in said.lower():
        raise TooMuchError(f"{who}: {said}")
    if code in _PERMISSION or status == 403:
        raise ConfigError(
            f"{who}: not permitted (code {code}): {said} Give the token of {connection.variable('access_token')} the"
            " permission ads_read, and its user the ad account."
        )
    if code in _TRANSIENT or error.get("is_transient") or status >= 500:
        raise Later(f"{who}: answered {status} {ATTEMPTS} times (code {code}): {said}")
    raise StopError(f"{who}: answered {status} (code {code}), which asking again does not change: {said}")


def _error(body: bytes) -> dict[str, Any]:
    try:
        error = orjson.loads(body)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def _regained(headers: Any) -> float | None:
    """The seconds until access is regained, as the usage header estimates (it says minutes), or None."""
    try:
        usage = orjson.loads(headers["x-business-use-case-usage"])
        minutes = [float(use["estimated_time_to_regain_access"]) for uses in usage.values() for use in uses]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return max(minutes) * _MINUTE if any(minutes) else None
