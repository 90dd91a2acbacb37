"""A credential by consent: the browser flow of RFC 8252 with PKCE, from the question to the token.

    authorisation server ──► the person's browser ──► 127.0.0.1 (`oauth_redirect.py`), or the address pasted ──► token

Belongs here: what is asked, checked and redeemed. Does not: which vendor takes what (`Connector.oauth`), tokens that
are already there (each connector's client).
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from connectors.connector import Connection, Connector, OAuth
from connectors.errors import ConfigError, StopError
from connectors.oauth_redirect import free_port, redirected
from connectors.sync.http import TIMEOUT, fetch

WAIT_SECONDS = 300.0
"""How long a person may take to consent."""

Ask = Callable[[str], str]
"""Shows the address to go to and returns the one the browser was sent back to."""

Show = Callable[[str], None]
"""Shows the address to go to, or opens it."""


def consent_in_browser(connector: Connector, connection: Connection, show: Show) -> str:
    """The credential `oauth.fills`, once the person whom `show` led to the vendor has consented there.

    Raises `ConfigError` when they deny it, when nobody answers in time or when the code is refused.
    """
    flow = _Flow(connector, connection)
    with redirected(flow.answers) as listening:
        flow.redirect_uri = listening.url
        show(flow.question())
        return flow.redeem(listening.wait(WAIT_SECONDS))


def consent_by_hand(connector: Connector, connection: Connection, ask: Ask) -> str:
    """The same where no browser runs on this machine: the person pastes the address they were sent back to."""
    flow = _Flow(connector, connection)
    flow.redirect_uri = f"http://127.0.0.1:{free_port()}/"
    pasted = ask(flow.question()).strip()
    answer = dict(parse_qsl(urlsplit(pasted).query))
    if not flow.answers(answer):
        raise ConfigError(
            f"{connection.name}: what was pasted is no answer to this question. Paste the whole address, from http://127."
            " to its end, of the page that the browser cannot open after the consent."
        )
    return flow.redeem(answer)


class _Flow:
    """One question to the vendor, which only its own answer fits."""

    def __init__(self, connector: Connector, connection: Connection) -> None:
        assert connector.oauth
        self._title, self._oauth, self._connection = connector.title, connector.oauth, connection
        self._client = (connection.required("client_id"), connection.required("client_secret"))
        self._state = secrets.token_urlsafe(32)
        self._verifier = secrets.token_urlsafe(64)
        self.redirect_uri = ""

    def question(self) -> str:
        """The address at the vendor that asks for consent."""
        digest = hashlib.sha256(self._verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client[0],
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self._oauth.scopes),
            "state": self._state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **self._oauth.parameters,
        }
        return f"{endpoint(self._connection, self._oauth, 'authorize_url')}?{urlencode(asked)}"

    def answers(self, answer: Mapping[str, str]) -> bool:
        """Whether this was sent back to our question, and not to another's."""
        return secrets.compare_digest(answer.get("state", "").encode(), self._state.encode())

    def redeem(self, answer: Mapping[str, str]) -> str:
        """The credential for the code in the answer."""
        who = f"{self._connection.name}: the consent"
        if refused := answer.get("error"):
            said = f"{refused}: {answer['error_description']}" if "error_description" in answer else refused
            raise ConfigError(f"{who} was not given ({said}). Run this again and allow what {self._title} asks.")
        if not answer.get("code"):
            raise ConfigError(f"{who} came back without a code. Run this again.")
        grant = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self.redirect_uri,
            "client_id": self._client[0],
            "client_secret": self._client[1],
            "code_verifier": self._verifier,
        }
        url = endpoint(self._connection, self._oauth, "token_url")
        id_variable, secret_variable = map(self._connection.variable, ("client_id", "client_secret"))
        cure = f"Check {id_variable} and {secret_variable}, and run this again: a code is good for one try."
        try:
            body, _ = fetch(
                f"{self._connection.name}: redeeming the consent",
                lambda: requests.post(url, data=grant, timeout=TIMEOUT, allow_redirects=False),
                cure,
            )
        except StopError as error:  # a code that is refused is a 400
            raise ConfigError(f"{error} {cure}") from error
        value = body.get(self._oauth.fills) if isinstance(body, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(
                f"{who} brought no {self._oauth.fills}: the vendor gives it once. Remove this app's access in your"
                f" {self._title} account and run this again."
            )
        return value.strip()


def endpoint(connection: Connection, oauth: OAuth, name: str) -> str:
    """The `authorize_url` or `token_url`: the connection's own setting, else beside its base URL, else the vendor's."""
    own_server = connection.base_url("")
    beside = f"{own_server}/{name.removesuffix('_url')}" if own_server else getattr(oauth, name)
    return connection.optional(name) or beside
