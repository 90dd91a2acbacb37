"""HubSpot's CRM v3 contacts over HTTP: list, one, batch read and the properties, read only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.hubspot_settings import HubSpotSettings
from connectors.sandbox.hubspot_world import HubSpotWorld
from connectors.sandbox.pacing import DrawnFaults, RollingLimit

_DEFAULT = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
_ALWAYS = ("createdate", "hs_object_id", "lastmodifieddate")
_PAGE_LIMIT = 100
_CONTACTS = "/crm/v3/objects/contacts"
_NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details "
    "at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
_EXPIRED = "The OAuth token used to make this call expired or is not known to this account."


@dataclass
class HubSpotError(Exception):
    """A refusal: HTTP status, HubSpot's message and category."""

    status: int
    message: str
    category: str
    policy: str = ""


class HubSpotApi:
    """The endpoint for everything below /hubspot; one instance holds the limit of one account."""

    def __init__(self, world: HubSpotWorld, settings: HubSpotSettings) -> None:
        self._world = world
        self._settings = settings
        self._limit = RollingLimit(settings.requests_per_10_seconds, 10)
        self._faults = DrawnFaults(settings.faults)

    async def __call__(self, request: Request) -> Response:
        """Answer one request as HubSpot would."""
        status = 200
        try:
            self._authorize(request.headers.get("authorization", ""))
            self._admit()
            body = self._answer(request, await request.body())
            if body.get("numErrors"):
                status = 207
        except HubSpotError as error:
            status, body = error.status, _error_body(error)
        return Response(orjson.dumps(body), status, self._headers(), media_type="application/json;charset=utf-8")

    def _answer(self, request: Request, sent: bytes) -> dict[str, Any]:
        path = "/" + request.path_params["path"].strip("/")
        match request.method, path.removeprefix(_CONTACTS).strip("/").split("/"):
            case "GET", [""] if path == _CONTACTS:
                return self._list(request)
            case "GET", [id_] if path.startswith(_CONTACTS + "/"):
                return self._one(id_, request)
            case "POST", ["batch", "read"] if path.startswith(_CONTACTS):
                return self._batch(sent)
        if request.method == "GET" and path == "/crm/v3/properties/contacts":
            return {"results": [_property(name) for name in self._world.properties]}
        raise HubSpotError(
            404, f"No address {request.method} {path} is played here; see the sandbox's README.", "OBJECT_NOT_FOUND"
        )

    def _list(self, request: Request) -> dict[str, Any]:
        query = request.query_params
        limit = _whole("limit", query.get("limit", "10"))
        if not 1 <= limit <= _PAGE_LIMIT:
            raise _invalid(f"limit must be between 1 and {_PAGE_LIMIT}, it is {limit}")
        after = _whole("after", query.get("after", "0"))
        shelf = self._world.archived if query.get("archived", "false") == "true" else self._world.present
        page, has_more = shelf.after(after, limit)
        wanted = _asked(query.getlist("properties"))
        body: dict[str, Any] = {"results": [self._shown(contact, wanted) for contact in page]}
        if has_more:
            next_ = page[-1]["id"]
            link = request.url.include_query_params(after=next_)
            body["paging"] = {"next": {"after": next_, "link": str(link)}}
        return body

    def _one(self, id_: str, request: Request) -> dict[str, Any]:
        query = request.query_params
        if query.get("idProperty") == "email":
            id_ = self._world.id_by_email.get(id_.strip().lower(), "")
        line = self._world.by_id.get(id_)
        contact = orjson.loads(line) if line else {}
        if not line or (contact.get("archived") is True) != (query.get("archived", "false") == "true"):
            raise HubSpotError(404, "resource not found", "OBJECT_NOT_FOUND")
        return self._shown(contact, _asked(query.getlist("properties")))

    def _batch(self, sent: bytes) -> dict[str, Any]:
        try:
            asked = orjson.loads(sent)
            ids = [str(entry["id"]) for entry in asked["inputs"]]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise _invalid("the body must be an object with inputs, a list of objects with an id") from None
        if len(ids) > _PAGE_LIMIT:
            raise _invalid(f"at most {_PAGE_LIMIT} inputs are allowed, {len(ids)} were sent")
        wanted = _asked(asked.get("properties") or [])
        if asked.get("idProperty") == "email":
            ids = [self._world.id_by_email.get(id_.strip().lower(), id_) for id_ in ids]
        lines = {id_: self._world.by_id.get(id_) for id_ in ids}
        now = _now()
        body: dict[str, Any] = {
            "status": "COMPLETE",
            "results": [self._shown(orjson.loads(line), wanted) for line in lines.values() if line],
            "startedAt": now,
            "completedAt": now,
        }
        missing = [id_ for id_, line in lines.items() if not line]
        if missing:
            error = {
                "status": "error",
                "category": "OBJECT_NOT_FOUND",
                "message": "Could not get some CONTACT objects, they may be deleted or not exist.",
                "context": {"ids": missing},
            }
            body |= {"numErrors": 1, "errors": [error]}
        return body

    def _shown(self, contact: dict[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
        """The contact with the properties asked for: a property the account has but the contact lacks is null."""
        own = contact.get("properties", {})
        names = dict.fromkeys([*wanted, *_ALWAYS])
        shown = {name: own.get(name) for name in names if name in own or name in self._world.properties}
        answer = {
            "id": contact["id"],
            "properties": dict(sorted(shown.items())),
            "createdAt": contact.get("createdAt", own.get("createdate")),
            "updatedAt": contact.get("updatedAt", own.get("lastmodifieddate")),
            "archived": contact.get("archived") is True,
        }
        if answer["archived"]:
            answer["archivedAt"] = contact.get("archivedAt", answer["updatedAt"])
        return answer

    def _authorize(self, header: str) -> None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise HubSpotError(401, _NO_CREDENTIALS, "INVALID_AUTHENTICATION")
        if token.strip() != self._settings.access_token:
            raise HubSpotError(401, _EXPIRED, "INVALID_AUTHENTICATION")

    def _admit(self) -> None:
        if not self._limit.take():
            message = "You have reached your ten_secondly_rolling limit."
            raise HubSpotError(429, message, "RATE_LIMITS", policy="TEN_SECONDLY_ROLLING")
        if self._faults.strikes():
            raise HubSpotError(500, "internal error", "INTERNAL_ERROR")

    def _headers(self) -> dict[str, str]:
        if not self._limit.requests:
            return {}
        return {
            "X-HubSpot-RateLimit-Max": str(self._limit.requests),
            "X-HubSpot-RateLimit-Remaining": str(self._limit.remaining),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }


def _error_body(error: HubSpotError) -> dict[str, Any]:
    body = {
        "status": "error",
        "message": error.message,
        "correlationId": str(uuid.uuid4()),
        "category": error.category,
    }
    if error.policy:
        body |= {"errorType": "RATE_LIMIT", "policyName": error.policy}
    return body


def _invalid(message: str) -> HubSpotError:
    return HubSpotError(400, f"Invalid input: {message}.", "VALIDATION_ERROR")


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise _invalid(f"{name} is {value!r}, expected a whole number")
    return int(value)


def _asked(values: Sequence[str]) -> list[str]:
    """Property names, sent once with commas or several times; HubSpot's default set when none were."""
    return [name.strip() for value in values for name in value.split(",") if name.strip()] or list(_DEFAULT)


def _property(name: str) -> dict[str, Any]:
    kind = "datetime" if name.endswith("date") else "string"
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "type": kind,
        "fieldType": "date" if kind == "datetime" else "text",
        "groupName": "contactinformation",
        "options": [],
        "calculated": False,
        "archived": False,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
