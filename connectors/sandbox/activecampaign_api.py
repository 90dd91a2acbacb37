"""ActiveCampaign's API v3 over HTTP: its lists by `limit` and `offset`, contacts also by id and time, read only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.activecampaign_settings import ActiveCampaignSettings
from connectors.sandbox.activecampaign_world import LISTS, ActiveCampaignWorld
from connectors.sandbox.pacing import DrawnFaults, RollingLimit

_LIMIT, _MOST = 20, 100
_NAMES = {path: name for name, path in LISTS.items()}
_USER = {"id": "1", "username": "admin", "firstName": "Sandy", "lastName": "Box", "email": "sandy@box.example"}


@dataclass
class ActiveCampaignError(Exception):
    """A refusal: HTTP status, message, headers."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


class ActiveCampaignApi:
    """The endpoint for everything below /activecampaign; one instance holds the limit of one account."""

    def __init__(self, world: ActiveCampaignWorld, settings: ActiveCampaignSettings) -> None:
        self._world, self._settings = world, settings
        self._limit = RollingLimit(settings.requests_per_second, 1)
        self._faults = DrawnFaults(settings.faults)

    async def __call__(self, request: Request) -> Response:
        """Answer one request as ActiveCampaign would."""
        try:
            self._admit()
            if request.headers.get("api-token") != self._settings.api_token:
                raise ActiveCampaignError(403, "You do not have permission to access this resource.")
            status, body, headers = 200, self._answer(request), self._limits()
        except ActiveCampaignError as error:
            status, body, headers = error.status, {"message": error.message}, dict(error.headers)
        return Response(orjson.dumps(body), status, headers, media_type="application/json")

    def _answer(self, request: Request) -> dict[str, Any]:
        path = request.path_params["path"].strip("/").removeprefix("api/3/")
        if request.method == "GET" and path == "users/me":
            return {"user": _USER}
        if request.method != "GET" or path not in _NAMES:
            raise ActiveCampaignError(404, f"No Result found for {request.method} {path}")
        query = request.query_params
        self._world.asked.append(f"{path}?{query}")
        objects = self._world.shown(_NAMES[path])
        if path == "contacts":
            objects = [contact for contact in objects if _wanted(contact, query)]
        if self._world.heeds_order and query.get("orders[id]", "").upper() == "DESC":
            objects = objects[::-1]
        offset, limit = _whole(query.get("offset"), 0), min(_MOST, _whole(query.get("limit"), _LIMIT))
        return {path: objects[offset : offset + limit], "meta": {"total": str(len(objects))}}

    def _admit(self) -> None:
        if not self._limit.take():
            self._world.refused += 1
            headers = {**self._limits(), "Retry-After": str(self._settings.retry_after_seconds)}
            raise ActiveCampaignError(429, "Too Many Requests", headers)
        if self._faults.strikes():
            raise ActiveCampaignError(500, "Internal Server Error")

    def _limits(self) -> dict[str, str]:
        if not self._limit.requests:
            return {}
        return {"RateLimit-Limit": str(self._limit.requests), "RateLimit-Remaining": str(self._limit.remaining)}


def _wanted(contact: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Whether a contact passes the filters; those that are not known here are ignored, as there."""
    if int(contact["id"]) <= _whole(query.get("id_greater"), -1):
        return False
    since = query.get("filters[updated_after]")
    return not since or _moment(contact.get("udate") or contact["cdate"]) > _moment(since)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ActiveCampaignError(400, f"{text} is no date") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default
