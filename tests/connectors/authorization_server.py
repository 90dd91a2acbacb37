"""An OAuth authorisation server over HTTP that keeps RFC 6749 and 7636 to the letter, and a browser to visit it with.

Belongs here: what a vendor and a person do in a consent. Does not: what Leadline does, which is under test.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "client-1", "secret-1", "refresh-1"


@dataclass
class AuthorizationServer:
    """The server at `url`; the person at the browser allows unless `denies`, tokens are answered as `tokens`."""

    url: str = ""
    denies: bool = False
    tokens: dict[str, Any] = field(default_factory=lambda: {"access_token": "a", "refresh_token": REFRESH_TOKEN})
    asked: list[dict[str, str]] = field(default_factory=list)
    redeemed: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def consent(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to after the question."""
        self.asked.append(asked)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 32
        answer = {"state": asked["state"]}
        if self.denies:
            return f"{asked['redirect_uri']}?{urlencode({**answer, 'error': 'access_denied'})}"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({**answer, 'code': code})}"

    def redeem(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The token endpoint: a code is good once, for the client, address and verifier it was given for."""
        self.redeemed.append(form)
        asked = self.codes.pop(form.get("code", ""), None)
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        is_right = asked is not None and asked["redirect_uri"] == form["redirect_uri"]
        if not is_right or asked["code_challenge"] != digest.rstrip("=") or not 43 <= len(form["code_verifier"]) <= 128:
            return 400, {"error": "invalid_grant", "error_description": "The code is not good."}
        return 200, self.tokens


@contextmanager
def authorizing() -> Iterator[AuthorizationServer]:
    """Serve on a free loopback port."""
    played = AuthorizationServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            assert parts.path == "/authorize"
            self.send_response(302)
            self.send_header("Location", played.consent(_flat(parts.query)))
            self.end_headers()

        def do_POST(self) -> None:
            assert self.path == "/token"
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, body = played.redeem(_flat(form))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    played.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
