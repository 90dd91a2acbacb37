"""Google Ads over HTTP: googleAds:searchStream; tokens: `google_ads_oauth.py`, rows: `google_ads_report.py`."""

import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.clock import Clock
from connectors.sandbox.gaql import GaqlError, parse
from connectors.sandbox.google_ads_oauth import GoogleOAuth
from connectors.sandbox.google_ads_report import report
from connectors.sandbox.google_ads_settings import GoogleAdsSettings
from connectors.sandbox.google_ads_world import GoogleAdsWorld, camel
from connectors.sandbox.pacing import DrawnFaults

_STREAM = re.compile(r"v(\d+)/customers/([\d-]+)/googleAds:searchStream")
_OLDEST_VERSION = 23
_CHUNK = 10_000
_NO_PERMISSION = (
    "User doesn't have permission to access customer. Note: If you're accessing a client customer, the manager's "
    "customer id must be set in the 'login-customer-id' header. See "
    "https://developers.google.com/google-ads/api/docs/concepts/call-structure#cid"
)
_NO_CREDENTIALS = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


@dataclass
class GoogleAdsError(Exception):
    """A refusal: HTTP status, gRPC status, message, and the Google Ads error code as (enum, value)."""

    status: int
    name: str
    message: str
    code: tuple[str, str] | None = None


class GoogleAdsApi:
    """The endpoint for everything below /google_ads; one instance knows the tokens it gave out."""

    def __init__(self, world: GoogleAdsWorld, settings: GoogleAdsSettings, clock: Clock) -> None:
        self._clock = clock
        self._world = world
        self._settings = settings
        self._oauth = GoogleOAuth(settings)
        self._faults = DrawnFaults(settings.faults)

    async def __call__(self, request: Request) -> Response:
        """Answer one request as Google would."""
        path, sent = request.path_params["path"].strip("/"), await request.body()
        if path == "token" and request.method == "POST":
            status, body = self._oauth.token(dict(parse_qsl(sent.decode("latin-1"))))
            return Response(orjson.dumps(body), status, media_type="application/json")
        if path == "authorize" and request.method == "GET":
            return self._oauth.consent(request.query_params)
        request_id = secrets.token_urlsafe(16)
        version = f"v{_OLDEST_VERSION}"
        answer: Any
        try:
            match = _STREAM.fullmatch(path)
            if match is None or request.method != "POST":
                raise GoogleAdsError(404, "NOT_FOUND", f"Nothing is played at {request.method} /{path}.")
            version = f"v{match[1]}"
            self._authorize(request, int(match[1]), match[2])
            status, answer = 200, self._stream(sent, match[2], request_id)
        except GoogleAdsError as error:
            status, answer = error.status, [_error_body(error, version, request_id)]
        headers = {"request-id": request_id}
        return Response(orjson.dumps(answer), status, headers, media_type="application/json")

    def _authorize(self, request: Request, version: int, customer: str) -> None:
        if version < _OLDEST_VERSION:
            message = f"Version v{version} is deprecated. Requests to this version will be blocked."
            raise GoogleAdsError(400, "INVALID_ARGUMENT", message, ("requestError", "UNSUPPORTED_VERSION"))
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._oauth.knows(token.strip()):
            raise GoogleAdsError(401, "UNAUTHENTICATED", _NO_CREDENTIALS)
        if request.headers.get("developer-token", self._settings.developer_token) != self._settings.developer_token:
            message = "The developer token is not valid."
            raise GoogleAdsError(403, "PERMISSION_DENIED", message, ("authenticationError", "DEVELOPER_TOKEN_INVALID"))
        if customer not in self._world.customers:
            raise GoogleAdsError(
                403, "PERMISSION_DENIED", _NO_PERMISSION, ("authorizationError", "USER_PERMISSION_DENIED")
            )
        if self._faults.strikes():
            raise GoogleAdsError(500, "INTERNAL", "Internal error encountered.", ("internalError", "INTERNAL_ERROR"))

    def _stream(self, sent: bytes, customer: str, request_id: str) -> list[dict[str, Any]]:
        """The answer in chunks, as the stream sends it."""
        try:
            text = orjson.loads(sent)["query"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            text = None
        if not isinstance(text, str):
            message = "Invalid JSON payload received: the body must be an object with a text field 'query'."
            raise GoogleAdsError(400, "INVALID_ARGUMENT", message)
        try:
            query = parse(text)
            rows = report(query, self._world, customer, self._clock.now())
        except GaqlError as error:
            raise GoogleAdsError(400, "INVALID_ARGUMENT", str(error), ("queryError", error.code)) from None
        mask = ",".join(camel(field) for field in query.fields)
        return [
            {"results": rows[first : first + _CHUNK], "fieldMask": mask, "requestId": request_id}
            for first in range(0, len(rows), _CHUNK)
        ]


def _error_body(error: GoogleAdsError, version: str, request_id: str) -> dict[str, Any]:
    """Google's error shape; a stream answers it inside an array."""
    inner: dict[str, Any] = {"code": error.status, "message": error.message, "status": error.name}
    if error.code:
        inner["message"] = "Request contains an invalid argument." if error.status == 400 else error.message
        inner["details"] = [
            {
                "@type": f"type.googleapis.com/google.ads.googleads.{version}.errors.GoogleAdsFailure",
                "errors": [{"errorCode": {error.code[0]: error.code[1]}, "message": error.message}],
                "requestId": request_id,
            }
        ]
    return {"error": inner}
