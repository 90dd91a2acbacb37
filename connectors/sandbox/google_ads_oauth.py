"""Google's OAuth as played: consent given at once, a code good for one try, refresh tokens and access tokens.

Belongs here: both endpoints and the tokens given out. Does not: Google Ads itself (`google_ads_api.py`).
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from connectors.sandbox.google_ads_settings import GoogleAdsSettings

_SCOPE = "https://www.googleapis.com/auth/adwords"
_TOKEN_SECONDS = 3599
_LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")
Refusal = tuple[int, dict[str, Any]]


class GoogleOAuth:
    """The consent page and the token endpoint of one OAuth client, a desktop app."""

    def __init__(self, settings: GoogleAdsSettings) -> None:
        self._settings = settings
        self._codes: dict[str, tuple[str, str]] = {}
        self._tokens: dict[str, float] = {}

    def knows(self, access_token: str) -> bool:
        """Whether the access token was given out here and is still good."""
        return self._tokens.get(access_token, 0) > time.monotonic()

    def consent(self, asked: Mapping[str, str]) -> Response:
        """Send the browser back with a code, as after a click on Allow; an error page for a question that is none."""
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id") != self._settings.client_id:
            return PlainTextResponse("Error 401: invalid_client", 401)
        if not redirect_uri.startswith(_LOOPBACK):
            return PlainTextResponse("Error 400: redirect_uri_mismatch", 400)
        is_whole = asked.get("response_type") == "code" and asked.get("code_challenge_method", "S256") == "S256"
        if not is_whole or _SCOPE not in asked.get("scope", "").split():
            return PlainTextResponse("Error 400: invalid_request", 400)
        code = f"4/{secrets.token_urlsafe(24)}"
        self._codes[code] = (redirect_uri, asked.get("code_challenge", ""))
        answer = {"code": code, "scope": _SCOPE} | ({"state": asked["state"]} if "state" in asked else {})
        return RedirectResponse(f"{redirect_uri}?{urlencode(answer)}", 302)

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body of the token endpoint: tokens for a code, or an access token for the refresh token."""
        s, grant_type = self._settings, form.get("grant_type", "")
        if grant_type not in ("refresh_token", "authorization_code"):
            return 400, {"error": "unsupported_grant_type", "error_description": f"Invalid grant_type: {grant_type}"}
        if form.get("client_id") != s.client_id or form.get("client_secret") != s.client_secret:
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if grant_type == "authorization_code":
            if refused := self._refused(form):
                return refused
            return 200, {**self._access(), "refresh_token": s.refresh_token}
        if form.get("refresh_token") != s.refresh_token:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return 200, self._access()

    def _refused(self, form: Mapping[str, str]) -> Refusal | None:
        """Why the code will not do; it is used up either way."""
        redirect_uri, challenge = self._codes.pop(form.get("code", ""), ("", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not redirect_uri:
            return 400, {"error": "invalid_grant", "error_description": "Malformed auth code."}
        if form.get("redirect_uri") != redirect_uri:
            return 400, {"error": "redirect_uri_mismatch", "error_description": "Bad Request"}
        if challenge and base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            return 400, {"error": "invalid_grant", "error_description": "Invalid code verifier."}
        return None

    def _access(self) -> dict[str, Any]:
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._tokens[token] = time.monotonic() + _TOKEN_SECONDS
        lasts = self._settings.refresh_token_expires_in
        ends = {"refresh_token_expires_in": lasts} if lasts else {}
        return {"access_token": token, "expires_in": _TOKEN_SECONDS, "scope": _SCOPE, "token_type": "Bearer", **ends}
