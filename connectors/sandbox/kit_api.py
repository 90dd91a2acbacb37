"""Kit's API v4 over HTTP: its lists by cursor, newest first, read only."""

import base64
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.kit_settings import KitSettings
from connectors.sandbox.kit_world import ADDITIONS, OBJECTS, KitWorld
from connectors.sandbox.pacing import DrawnFaults, RollingLimit

_PER_PAGE, _MOST = 500, 1_000
_ACCOUNT = {"id": 1, "name": "Sandbox", "plan_type": "creator", "primary_email_address": "sandy@box.example"}
_SUBSCRIPTIONS = {f"{parent.removesuffix('_id')}s": name for name, parent in ADDITIONS.items()}


@dataclass
class KitError(Exception):
    """A refusal: HTTP status and what Kit says."""

    status: int
    message: str


class KitApi:
    """The endpoint for everything below /kit; one instance holds the limit of one key."""

    def __init__(self, world: KitWorld, settings: KitSettings) -> None:
        self._world, self._settings = world, settings
        self._limit = RollingLimit(settings.requests_per_minute, 60)
        self._faults = DrawnFaults(settings.faults)

    async def __call__(self, request: Request) -> Response:
        """Answer one request as Kit would."""
        try:
            if request.headers.get("x-kit-api-key") != self._settings.api_key:
                raise KitError(401, "The access token is invalid")
            if not self._limit.take():
                raise KitError(429, "Too many requests. Please try again later.")
            if self._faults.strikes():
                raise KitError(500, "Internal server error")
            status, body = 200, self._answer(request)
        except KitError as error:
            status, body = error.status, {"errors": [error.message]}
        return Response(orjson.dumps(body), status, media_type="application/json")

    def _answer(self, request: Request) -> dict[str, Any]:
        path = request.path_params["path"].strip("/")
        match request.method, path.split("/"):
            case "GET", ["v4", "account"]:
                return {"account": _ACCOUNT}
            case "GET", ["v4", name] if name in OBJECTS:
                return _page(name, list(self._world.lists[name].values()), request.query_params)
            case "GET", ["v4", parent, id_, "subscribers"] if parent in _SUBSCRIPTIONS and id_.isdigit():
                if (int(id_),) not in self._world.lists[parent]:
                    raise KitError(404, "Not Found")
                return _page("subscribers", self._added(_SUBSCRIPTIONS[parent], int(id_)), request.query_params)
        raise KitError(404, "Not Found")

    def _added(self, name: str, parent: int) -> list[dict[str, Any]]:
        """The subscribers added to one tag, form or sequence, with when."""
        subscribers = self._world.lists["subscribers"]
        added = [obj for (of, _), obj in self._world.lists[name].items() if of == parent]
        more = [{key: value for key, value in obj.items() if key != ADDITIONS[name]} for obj in added]
        return [{**subscribers[obj["id"],], **obj} for obj in more if (obj["id"],) in subscribers]


def _page(key: str, objects: list[dict[str, Any]], query: QueryParams) -> dict[str, Any]:
    """One page, highest id first; of subscribers the active ones, unless a status is asked for."""
    status = query.get("status", "active")
    if key == "subscribers" and status != "all":
        objects = [obj for obj in objects if obj.get("state", "active") == status]
    objects = sorted(objects, key=lambda obj: int(obj["id"]), reverse=True)
    per_page = query.get("per_page", str(_PER_PAGE))
    if not per_page.isdigit() or not 1 <= int(per_page) <= _MOST:
        raise KitError(422, f"per_page must be between 1 and {_MOST}")
    behind = [obj for obj in objects if not query.get("after") or obj["id"] < _id_of(query["after"])]
    page = behind[: int(per_page)]
    return {
        key: page,
        "pagination": {
            "has_previous_page": len(behind) < len(objects),
            "has_next_page": len(page) < len(behind),
            "start_cursor": _cursor(page[0]) if page else None,
            "end_cursor": _cursor(page[-1]) if page else None,
            "per_page": int(per_page),
        },
    }


def _cursor(obj: dict[str, Any]) -> str:
    return base64.b64encode(orjson.dumps([obj["id"]])).decode()


def _id_of(cursor: str) -> int:
    try:
        return int(orjson.loads(base64.b64decode(cursor))[0])
    except (ValueError, TypeError, IndexError):
        raise KitError(422, "The cursor is invalid") from None
