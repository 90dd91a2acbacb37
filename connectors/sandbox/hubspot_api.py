"""HubSpot's API over HTTP, read only: who may ask what, the limits, and which address answers with what.

Belongs here: the door. Does not: the answers about objects (`hubspot_objects.py`) and lists (`hubspot_lists.py`).
"""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.clock import Clock
from connectors.sandbox.hubspot_errors import HubSpotError, invalid, lacks, not_found, refused, too_many, whole
from connectors.sandbox.hubspot_objects import CrmObjects
from connectors.sandbox.hubspot_settings import HubSpotSettings
from connectors.sandbox.hubspot_world import HubSpotWorld
from connectors.sandbox.pacing import DrawnFaults, RollingLimit

_CONTACT = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
_DEAL = (
    "amount",
    "closedate",
    "createdate",
    "dealname",
    "dealstage",
    "hs_lastmodifieddate",
    "hs_object_id",
    "pipeline",
)
_MOST_URL = 16_000


class HubSpotApi:
    """The endpoint for everything below /hubspot; one instance holds the limits of one account."""

    def __init__(self, world: HubSpotWorld, settings: HubSpotSettings, clock: Clock) -> None:
        world.clock = clock
        self._world, self._settings = world, settings
        self._limit = RollingLimit(settings.requests_per_10_seconds, 10)
        self._searches = RollingLimit(settings.searches_per_second, 1)
        self._faults = DrawnFaults(settings.faults)
        self._objects = {
            "contacts": CrmObjects("contacts", world.contacts, _CONTACT),
            "deals": CrmObjects("deals", world.deals, _DEAL),
        }

    async def __call__(self, request: Request) -> Response:
        """Answer one request as HubSpot would."""
        status = 200
        sent = await request.body()
        try:
            self._authorize(request.headers.get("authorization", ""))
            path = request.path_params["path"].strip("/")
            self._world.asked[f"{request.method} /{path}"] += 1
            self._admit(is_search=path.startswith("crm/v3/objects/") and path.endswith("/search"))
            if len(request.url.query) > _MOST_URL:
                return Response("<html><h1>414 Request-URI Too Large</h1></html>", 414)
            body = self._answer(request, path.split("/"), sent)
            if body.get("numErrors"):
                status = 207
        except HubSpotError as error:
            self._world.refused[error.status] += 1
            status, body = error.status, error.body()
        return Response(orjson.dumps(body), status, self._headers(), media_type="application/json;charset=utf-8")

    def _answer(self, request: Request, path: list[str], sent: bytes) -> dict[str, Any]:
        match request.method, path:
            case "GET", ["account-info", "v3", "details"]:
                return {"portalId": self._settings.portal_id, "accountType": "STANDARD", "timeZone": "UTC"}
            case method, ["crm", "v3", "objects", kind, *rest] if kind in self._objects:
                self._require(f"crm.objects.{kind}.read")
                return self._of_objects(request, method, self._objects[kind], rest, sent)
            case "GET", ["crm", "v3", "properties", kind] if kind in self._objects:
                return self._objects[kind].properties()
            case "POST", ["crm", "v4", "associations", "deals", "contacts", "batch", "read"]:
                self._require("crm.objects.deals.read")
                return self._objects["deals"].associated(sent)
            case "GET", ["crm", "v3", "owners"]:
                self._require("crm.objects.owners.read")
                return self._owners(request)
            case "POST", ["crm", "v3", "lists", "search"]:
                self._require("crm.lists.read")
                return self._world.lists.search(_decoded(sent))
            case "GET", ["crm", "v3", "lists", list_id, "memberships", *rest] if rest in ([], ["join-order"]):
                self._require("crm.lists.read")
                return self._world.lists.page(list_id, request.query_params, by_time=bool(rest))
        raise not_found(f"No address {request.method} /{'/'.join(path)} is played here; see the sandbox's README.")

    def _of_objects(
        self, request: Request, method: str, objects: CrmObjects, rest: list[str], sent: bytes
    ) -> dict[str, Any]:
        match method, rest:
            case "GET", []:
                return objects.list(request)
            case "GET", [id_]:
                return objects.one(id_, request)
            case "POST", ["batch", "read"]:
                return objects.batch(request, sent)
            case "POST", ["search"]:
                return objects.search(sent, self._world.clock.now())
        raise not_found(f"No address {method} …/{'/'.join(rest)} is played here; see the sandbox's README.")

    def _owners(self, request: Request) -> dict[str, Any]:
        query = request.query_params
        limit = whole("limit", query.get("limit", "100"), 1, 500)
        after = whole("after", query.get("after", "0"), 0, 2**63)
        archived = query.get("archived", "false") == "true"
        found = [one for one in self._world.owners if (one.get("archived") is True) == archived]
        body: dict[str, Any] = {"results": found[after : after + limit]}
        if after + limit < len(found):
            body["paging"] = {"next": {"after": str(after + limit)}}
        return body

    def _authorize(self, header: str) -> None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or token.strip() != self._settings.access_token:
            raise refused(token.strip() if scheme.lower() == "bearer" else "")

    def _require(self, scope: str) -> None:
        granted = self._settings.scopes.split()
        if granted and scope not in granted:
            raise lacks(scope)

    def _admit(self, *, is_search: bool) -> None:
        if not self._limit.take():
            raise too_many("TEN_SECONDLY_ROLLING")
        if is_search and not self._searches.take():
            raise too_many("SECONDLY")
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


def _decoded(sent: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(sent)
    except orjson.JSONDecodeError:
        raise invalid("the body is not JSON") from None
    if not isinstance(body, dict):
        raise invalid("the body is no object")
    return body
