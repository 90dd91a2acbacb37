"""Messages of the Segment spec, nested as they are sent or flat as warehouses hold them: which table, id, time.

Belongs here: what makes a message one of ours. Does not: where messages come from (`source.py`, `schema.py`), what
their fields mean (staging).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.connector import Object, Table
from connectors.folders.moments import moment
from connectors.folders.reading import Unfit

TABLE_OF = {"page": "pages", "identify": "identifies", "track": "tracks"}
_OTHERS = ("screen", "group", "alias")
_CLASSIC = {"pageview": "page", "user_identify": "identify"}
"""What Jitsu's older layout calls them in `event_type`; there, anything else is a track."""
_IDS = ("messageId", "message_id", "id", "eventn_ctx_event_id")
_TIMES = ("timestamp", "originalTimestamp", "original_timestamp", "receivedAt", "received_at", "sentAt", "sent_at",
          "utc_time", "_timestamp")  # fmt: skip
_WHO = ("anonymousId", "anonymous_id", "user_anonymous_id", "userId", "user_id", "user_email")


def identify(message: Object) -> str | None:
    """The message's id."""
    value = _first(message, _IDS)
    return None if value is None else str(value)


def sent_at(message: Object) -> datetime | None:
    """When it happened, by the first of its times."""
    return moment(_first(message, _TIMES))


TABLES = tuple(
    Table(name, description, identify, sent_at)
    for name, description in (
        ("pages", "One row per page view."),
        ("identifies", "One row per identify: a visitor who said who they are."),
        ("tracks", "One row per track: something a visitor did."),
    )
)


@dataclass
class Messages:
    """Fits messages of one run; `others` counts those of the spec's other types, which are not kept."""

    others: Counter[str] = field(default_factory=Counter)

    def fitted(self, _: str, message: Object) -> tuple[str, Object] | None:
        """The table and the message, its dotted columns nested; None for another type. Raises `Unfit`."""
        return self.of_type(_type(message), nested(message))

    def of_type(self, kind: str | None, message: Object) -> tuple[str, Object] | None:
        """The same for a message whose type is known."""
        if kind in _OTHERS:
            self.others[str(kind)] += 1
            return None
        if kind not in TABLE_OF:
            raise Unfit(f"type is {str(kind)[:80]!r}, expected one of {', '.join((*TABLE_OF, *_OTHERS))}")
        if not identify(message):
            raise Unfit(f"it has no id; one of {', '.join(_IDS)} is expected")
        if _first(message, _WHO) is None:
            raise Unfit("it names nobody; anonymousId or userId is expected")
        if sent_at(message) is None:
            found = _first(message, _TIMES)
            raise Unfit(f"its time is {str(found)[:80]!r}, expected ISO 8601, such as 2026-01-31T16:15:00Z")
        return TABLE_OF[kind], message

    def note(self) -> str | None:
        """What was left out, for the log."""
        said = ", ".join(f"{count:,} of type {kind}" for kind, count in sorted(self.others.items()))
        return f"messages not kept: {said}" if said else None


def classic_type(event_type: str) -> str:
    """The type of a row of Jitsu's older layout."""
    return _CLASSIC.get(event_type, event_type if event_type in (*TABLE_OF, *_OTHERS) else "track")


def _type(message: Object) -> str | None:
    """As the message says, else as its fields tell."""
    if said := message.get("type"):
        return str(said).strip().lower()
    if event_type := message.get("event_type"):
        return classic_type(str(event_type))
    if message.get("event"):
        return "track"
    return "identify" if message.get("traits") or message.get("email") else "page" if _has_page(message) else None


def _has_page(message: Object) -> bool:
    places = (message, *(message.get(name) for name in ("properties", "context")))
    return any(isinstance(place, dict) and (place.get("url") or place.get("page")) for place in places)


def nested(message: Object) -> Object:
    """Columns written `context.page.url` as the objects they stand for."""
    if not any("." in key for key in message):
        return message
    result: Object = {key: value for key, value in message.items() if "." not in key}
    for key, value in message.items():
        *path, last = key.split(".")
        place: Any = result
        for part in path:
            place = place.setdefault(part, {}) if isinstance(place, dict) else {}
        if path and isinstance(place, dict):
            place.setdefault(last, value)
    return result


def _first(message: Object, names: tuple[str, ...]) -> Any:
    return next((message[name] for name in names if message.get(name) not in (None, "")), None)
