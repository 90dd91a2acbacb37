"""Meta's Graph API over HTTP: tokens, pages, report jobs and error bodies; rows are made in `meta_ads_report.py`."""

import base64
import hashlib
import hmac
import itertools
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.clock import Clock
from connectors.sandbox.meta_ads_report import EDGES, Asked, GraphError, asked, insights, objects, picked
from connectors.sandbox.meta_ads_settings import MetaAdsSettings
from connectors.sandbox.meta_ads_world import MetaAdsWorld, Row
from connectors.sandbox.pacing import DrawnFaults, RollingLimit

_PATH = re.compile(r"v\d+\.\d+/(act_)?(\d+)(?:/(\w+))?")
_PAGE, _LARGEST_PAGE = 25, 5_000
_TOO_MUCH = "Please reduce the amount of data you're asking for, then retry your request"
_REGAIN_MINUTES = 1


@dataclass
class Job:
    """A report being made; `polls` counts how often it was asked about."""

    id: str
    account: Row
    query: Asked
    polls: int = 0


class MetaAdsApi:
    """The endpoint for everything below /meta_ads; one instance knows the report jobs it was given."""

    def __init__(self, world: MetaAdsWorld, settings: MetaAdsSettings, clock: Clock) -> None:
        self._world, self._settings, self._clock = world, settings, clock
        self._faults = DrawnFaults(settings.faults)
        self._limit = RollingLimit(settings.requests_per_second, 1.0)
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(6_023_920_149_050)

    async def __call__(self, request: Request) -> Response:
        """Answer one request as Meta would."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        parameters = {**request.query_params, **form}
        headers: dict[str, str] = {}
        answer: dict[str, Any]
        try:
            self._authorize(request, parameters)
            status, answer = 200, self._answer(request, parameters)
        except GraphError as error:
            status, answer = error.status, _error_body(error)
            if error.code == 80_004:
                use = {"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": _REGAIN_MINUTES}
                headers["x-business-use-case-usage"] = orjson.dumps({self._world.account_id: [use]}).decode()
        return Response(orjson.dumps(answer), status, headers, media_type="application/json")

    def _authorize(self, request: Request, parameters: Mapping[str, str]) -> None:
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        token = sent.strip() if scheme.lower() == "bearer" else parameters.get("access_token", "")
        if token != self._settings.access_token:
            raise GraphError(190, "Error validating access token: Session has expired.", 463, 400)
        secret = self._settings.app_secret
        if secret:
            proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            if parameters.get("appsecret_proof") != proof:
                raise GraphError(100, "API calls from the server require an appsecret_proof argument")
        if not self._limit.take():
            raise GraphError(80_004, "(#80004) There have been too many calls to this ad-account.", 2446079)
        if self._faults.strikes():
            raise GraphError(2, "An unexpected error has occurred. Please retry your request later.", status=500)

    def _answer(self, request: Request, parameters: Mapping[str, str]) -> dict[str, Any]:
        if request.url.path.endswith("/debug_token"):
            return self._token(parameters.get("input_token", ""))
        match = _PATH.fullmatch(request.path_params["path"].strip("/"))
        if match is None or (request.method == "POST" and match[3] != "insights"):
            raise GraphError(2500, f"Unknown path components: /{request.path_params['path']}")
        is_account, number, edge = match[1], match[2], match[3]
        job, account = self._jobs.get(number), self._world.account(number)
        if job and not is_account:
            return self._of_job(job, edge, request, parameters)
        if account is None or not is_account:
            message = (
                f"Unsupported {request.method.lower()} request. Object with ID '{is_account or ''}{number}' does not"
                " exist, cannot be loaded due to missing permissions, or does not support this operation"
            )
            raise GraphError(100, message, 33)
        if edge is None:
            return picked(account, parameters.get("fields", ""))
        if edge in EDGES:
            return self._page(objects(self._world, account, edge, parameters), request, parameters)
        if edge != "insights":
            raise GraphError(2500, f"Unknown path components: /{edge}")
        query = asked(parameters, self._today(account))
        if request.method == "POST":
            job = Job(str(next(self._numbers)), account, query)
            self._jobs[job.id] = job
            return {"report_run_id": job.id}
        rows = insights(self._world, account, query, self._clock.now())
        if 0 < self._settings.largest_answer < len(rows):
            raise GraphError(1, _TOO_MUCH, 99, 500)
        return self._page(rows, request, parameters)

    def _token(self, token: str) -> dict[str, Any]:
        """What is known of a token."""
        s = self._settings
        if token != s.access_token:
            return {"data": {"is_valid": False, "error": {"code": 190, "message": "Malformed access token"}}}
        ends = {"expires_at": s.token_expires_at, "data_access_expires_at": s.data_access_expires_at}
        return {"data": {"is_valid": True, "type": "USER", "scopes": ["ads_read"], **ends}}

    def _of_job(self, job: Job, edge: str | None, request: Request, parameters: Mapping[str, str]) -> dict[str, Any]:
        rows = insights(self._world, job.account, job.query, self._clock.now())
        if edge == "insights":
            return self._page(rows, request, parameters)
        job.polls += 1
        done = job.polls > self._settings.job_polls
        fails = 0 < self._settings.largest_job < len(rows)
        status = ("Job Failed" if fails else "Job Completed") if done else "Job Running"
        return {
            "id": job.id,
            "account_id": job.account["account_id"],
            "async_status": status,
            "async_percent_completion": 100 if status == "Job Completed" else min(99, 40 * job.polls),
            "date_start": job.query.first,
            "date_stop": job.query.last,
        }

    def _page(self, rows: list[Row], request: Request, parameters: Mapping[str, str]) -> dict[str, Any]:
        limit = min(int(parameters.get("limit", _PAGE)), _LARGEST_PAGE)
        start = _offset(parameters.get("after", ""))
        page, end = rows[start : start + limit], start + limit
        if not page:
            return {"data": []}
        paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
        if end < len(rows):
            again = {**request.query_params, "after": _cursor(end)}
            paging["next"] = f"{request.url.replace(query='')}?{urlencode(again)}"
        return {"data": page, "paging": paging}

    def _today(self, account: Row) -> str:
        zone = ZoneInfo(account["timezone_name"])
        return datetime.fromtimestamp(self._clock.now(), UTC).astimezone(zone).date().isoformat()


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"at {offset}".encode()).decode()


def _offset(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()).decode().removeprefix("at ")) if cursor else 0
    except ValueError:
        raise GraphError(100, "(#100) Invalid cursors values") from None


def _error_body(error: GraphError) -> dict[str, Any]:
    """Meta's error shape."""
    inner: dict[str, Any] = {
        "message": str(error),
        "type": "OAuthException",
        "code": error.code,
        "is_transient": error.code == 2,
        "fbtrace_id": f"A{secrets.token_urlsafe(16)}",
    }
    return {"error": inner | ({"error_subcode": error.subcode} if error.subcode else {})}
