"""LinkedIn's REST API over HTTP: the account, its lists in pages, adAnalytics by days, and error bodies."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.clock import Clock
from connectors.sandbox.linkedin_ads_settings import LinkedInAdsSettings
from connectors.sandbox.linkedin_ads_world import EDGES, REPORTS, LinkedInAdsWorld
from connectors.sandbox.pacing import DrawnFaults

_DAY = r"\(year:(\d+),month:(\d+),day:(\d+)\)"
_RANGE = re.compile(rf"\(start:{_DAY},end:{_DAY}\)")


class LinkedInAdsApi:
    """The endpoint for everything below /linkedin_ads."""

    def __init__(self, world: LinkedInAdsWorld, settings: LinkedInAdsSettings, clock: Clock) -> None:
        self._world, self._settings, self._clock = world, settings, clock
        self._faults = DrawnFaults(settings.faults)

    async def __call__(self, request: Request) -> Response:
        """Answer one request as LinkedIn would."""
        if request.url.path.endswith("/oauth/v2/introspectToken"):
            status, answer = self._introspected(dict(parse_qsl((await request.body()).decode("latin-1"))))
        else:
            status, answer = self._answer(request)
        return Response(orjson.dumps(answer), status, media_type="application/json")

    def _introspected(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """What is known of a token, told to the app that made it."""
        s = self._settings
        if form.get("client_id") != s.client_id:
            return _error(400, "invalid_client_id", "The passed in client_id is invalid")
        if form.get("client_secret") != s.client_secret:
            return _error(401, "invalid_client", "Client authentication failed")
        if form.get("token") != s.access_token:
            return 200, {"active": False, "status": "revoked"}
        return 200, {"active": True, "status": "active", "auth_type": "3L", "expires_at": s.token_expires_at}

    def _answer(self, request: Request) -> tuple[int, dict[str, Any]]:
        if request.headers.get("authorization") != f"Bearer {self._settings.access_token}":
            return _error(401, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked or has expired.")
        if not re.fullmatch(r"20\d{4}", request.headers.get("linkedin-version", "")):
            return _error(400, "VERSION_MISSING", "A version must be present. Please specify a version.")
        if self._faults.strikes():
            return _error(500, "INTERNAL_SERVER_ERROR", "Internal Server Error")
        account = self._world.account or {}
        path = request.path_params["path"].strip("/").split("/")
        asked = request.query_params
        if path == ["rest", "adAnalytics"]:
            return self._report(asked.get("pivots", ""), asked.get("dateRange", ""), asked.get("accounts", ""))
        if path[:2] != ["rest", "adAccounts"] or path[2:3] != [str(account.get("id"))]:
            return _error(403, "ACCESS_DENIED", "Member does not have permission to access the account.")
        if len(path) == 3:
            return 200, account
        if path[3] not in EDGES:
            return _error(404, "RESOURCE_NOT_FOUND", "No virtual resource found.")
        start, size = int(asked.get("pageToken") or 0), int(asked.get("pageSize") or 10)
        found = self._world.lists[EDGES[path[3]]]
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return 200, {"elements": found[start : start + size], "metadata": more}

    def _report(self, pivots: str, span: str, accounts: str) -> tuple[int, dict[str, Any]]:
        match = _RANGE.fullmatch(span)
        if pivots not in REPORTS or match is None:
            return _error(400, "ILLEGAL_ARGUMENT", "Invalid pivots or dateRange.")
        if not accounts.endswith(f"urn:li:sponsoredAccount:{(self._world.account or {}).get('id')})"):
            return _error(403, "ACCESS_DENIED", "Member does not have permission to access the account.")
        first, last = (date(*map(int, match.group(*groups))) for groups in ((1, 2, 3), (4, 5, 6)))
        rows = self._world.rows(REPORTS[pivots], first, last, self._clock.now())
        return 200, {"elements": rows[: self._settings.report_rows], "paging": {"start": 0, "count": 10, "links": []}}


def _error(status: int, code: str, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"status": status, "code": code, "message": message}
