"""Website events in the Segment spec: page and identify, as its library sends and its servers hand them on."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Object = dict[str, Any]
_LIBRARY = {"name": "analytics.js", "version": "next-1.70.0"}
_TITLES = {
    "/": "Plan less, ship more", "/plans": "Plans", "/course": "The course", "/checklist": "Planning checklist",
    "/webinars": "Webinars", "/newsletter": "Newsletter", "/blog/estimates": "Estimates without tears",
    "/blog/roadmaps": "Roadmaps that hold", "/checkout": "Checkout", "/login": "Log in", "/app": "Your plan",
}  # fmt: skip
PATHS = tuple(_TITLES)
_UTM = "utm_"


def page(id_: str, anonymous: str, user: str | None, url: str, referrer: str, at: int, received: int) -> Object:
    """One page view; times in Unix seconds, `user` None while nobody is known, `referrer` empty for none."""
    parts = urlsplit(url)
    shown = {
        "path": parts.path, "referrer": referrer, "search": f"?{parts.query}" if parts.query else "",
        "title": _TITLES[parts.path], "url": url,
    }  # fmt: skip
    context: Object = {"library": _LIBRARY, "page": shown}
    if _UTM in parts.query:
        utm = {key[len(_UTM) :]: value for key, value in parse_qsl(parts.query) if key.startswith(_UTM)}
        context["campaign"] = {("name" if key == "campaign" else key): value for key, value in utm.items()}
    return {**_event("page", id_, anonymous, user, at, received), "properties": shown, "context": context}


def identify(id_: str, anonymous: str, user: str, email: str | None, at: int, received: int) -> Object:
    """Somebody says who they are; without `email` the user id alone tells it."""
    traits = {"email": email} if email else {}
    event = _event("identify", id_, anonymous, user, at, received)
    return {**event, "traits": traits, "context": {"library": _LIBRARY}}


def _event(type_: str, id_: str, anonymous: str, user: str | None, at: int, received: int) -> Object:
    arrived = _iso(received)
    return {
        "type": type_, "messageId": id_, "anonymousId": anonymous, "userId": user, "timestamp": _iso(at),
        "sentAt": arrived, "receivedAt": arrived, "version": 1,
    }  # fmt: skip


def _iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC).isoformat()[:19]}.000Z"
